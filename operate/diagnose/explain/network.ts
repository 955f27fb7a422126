import { diagnose, ifItStays, type Meaning, ownAddress } from "./meaning.ts";

/** Before a connection stood: the name, the way, the port. */
export const network: readonly Meaning[] = [
  {
    name: "name not found",
    pattern:
      /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED|getaddrinfo|Could not resolve host|nodename nor servname|Name or service not known|server with the specified hostname could not be found|NS_ERROR_UNKNOWN_HOST|no such host|No such host is known|Failed host lookup|UnknownHostException|Unable to resolve host|Temporary failure in name resolution/i,
    example: "Error: getaddrinfo ENOTFOUND geo.example",
    means: "The host's name has no address here: a slip in it, or the name server does not answer.",
    check: "getent hosts NAME, and the same from another network",
    worry: "Yes, if others cannot resolve it either.",
  },
  {
    name: "no route",
    pattern:
      /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|No route to host|Network is unreachable|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK_UNREACHABLE|host is unreachable|unreachable (host|network)/i,
    example: "Error: connect EHOSTUNREACH 203.0.113.7:80",
    means:
      "No way leads to that address: the client has no network (or no IPv6, where the address is one), the address is wrong, or a firewall answers `unreachable`.",
    check: `${diagnose} from here; ping HOST`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "refused",
    pattern:
      /ECONNREFUSED|ERR_CONNECTION_REFUSED|Connection ?refused|NS_ERROR_CONNECTION_REFUSED|Could not connect to the server|curl: \(7\)|actively refused|Unable to connect to the remote server|Cannot connect to host/i,
    example: "Error: connect ECONNREFUSED 203.0.113.7:80",
    means:
      "The host is there, and nothing takes connections on that port: nginx is down, or a firewall rejects them.",
    check: diagnose,
    worry: "Yes: the service is down.",
  },
  {
    name: "cleartext forbidden",
    pattern:
      /CLEARTEXT communication|App Transport Security|NSAllowsArbitraryLoads|requires the use of a secure connection/i,
    example: "CLEARTEXT communication to 203.0.113.7 not permitted by network security policy",
    means:
      "The phone's system forbids an app to use ws:// (Android from 9 on, iOS from 9 on); nothing was sent.",
    check:
      "Use the wss:// address, with a certificate that phones trust; an exception in the app is the second best way",
    worry: "Yes: the app never connects like this.",
  },
  {
    name: "WeChat's domain list",
    pattern: /not in domain list|url.*合法域名|connectSocket:fail/i,
    example: "connectSocket:fail url not in domain list",
    means:
      "WeChat lets a mini program connect only to wss:// names that are on its list of socket domains, on a certificate that it trusts; a bare address is not possible.",
    check:
      "In WeChat's console: Development settings, socket domain names; in the developer tool the check can be switched off",
    worry: "Yes: the mini program never connects like this.",
  },
];

/** A port, or a scheme, that does not fit. */
export const plainOnTls: Meaning = {
  name: "plain on a TLS port",
  pattern:
    /wrong version number|WRONG_VERSION_NUMBER|ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_RX_RECORD_TOO_LONG|plain HTTP request was sent to HTTPS port|packet length too long|does not look like a TLS handshake|Unsupported or unrecognized SSL message/i,
  example: "Error: write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number",
  means: "One side speaks TLS and the other does not: wss:// to a plain port, or ws:// to a TLS port.",
  check: "Compare scheme and port: ws:// is port 80, wss:// is port 443",
  worry: ownAddress,
};

/** TLS itself, and the certificate. */
export const tls: readonly Meaning[] = [
  plainOnTls,
  {
    name: "TLS support missing",
    pattern: /TLS support not compiled|TLS is not supported|no TLS (backend|support)/i,
    example: "URL error: TLS support not compiled in",
    means: "The client was built without TLS, and the address is wss://.",
    check: "Rust's tungstenite: the feature native-tls or rustls-tls-webpki-roots",
    worry: "Yes: this client never connects like this.",
  },
  {
    name: "certificate",
    pattern:
      /ERR_CERT_|SEC_ERROR|MOZILLA_PKIX|CERT_HAS_EXPIRED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME_INVALID|CERTIFICATE_VERIFY_FAILED|SSL certificate problem|certificate for this server is invalid|unable to verify the first certificate|self[- ]signed certificate|unable to get (local )?issuer|certificate has expired|match certificate's altnames|curl: \((60|51)\)|Trust anchor for certification path|x509:|UnknownIssuer|invalid peer certificate|RemoteCertificate|PKIX path building|CertPathValidator|not trusted by the (operating )?system/i,
    example: "Error: unable to verify the first certificate",
    means:
      "The client does not trust the certificate: it has expired, is for another name, or its CA is not known to the client. By default the CA is a private one, which no client knows beforehand.",
    check: `${diagnose} names which of them. A private CA: npm run -s pulumi -- stack output caCertificate > ca.pem, and give it to the client (Node: the option ca of ws, or NODE_EXTRA_CA_CERTS=ca.pem)`,
    worry: "Yes, where the CA is a public one; a private CA has to be told to each client once.",
  },
  {
    name: "TLS cut",
    pattern:
      /before secure TLS connection was established|SSL_ERROR_SYSCALL|ERR_SSL_|SSLHandshakeException|HandshakeException|handshake_failure|tlsv1 alert|SSL connection could not be established|TLS handshake (timeout|error)|tls: handshake failure|curl: \(35\)|SSL_do_handshake/i,
    example: "Error: Client network socket disconnected before secure TLS connection was established",
    means:
      "The connection stood and ended during the TLS handshake: no common TLS version (this site takes 1.2 and 1.3), port 443 belongs to another program, or a filter on the way cut it by the name.",
    check: `${diagnose}; openssl s_client -connect HOST:443 -servername NAME shows where it ends`,
    worry: ifItStays,
  },
];
