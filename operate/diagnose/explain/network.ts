import { diagnose, ifItStays, type Meaning, nobodyConnects, ownAddress } from "./meaning.ts";

/** Before a connection is open: the name, the route, the port. */
export const network: readonly Meaning[] = [
  {
    name: "name not found",
    pattern:
      /ENOTFOUND|EAI_AGAIN|EAI_FAIL|ERR_NAME_NOT_RESOLVED|ERR_NAME_RESOLUTION_FAILED|ERR_DNS_|on \S+: server misbehaving|getaddrinfo|Could not resolve host|nodename nor servname|Name or service not known|server with the specified hostname could not be found|NS_ERROR_UNKNOWN_HOST|no such host|No such host is known|Failed host lookup|UnknownHostException|Unable to resolve host|Temporary failure in name resolution/i,
    example: "Error: getaddrinfo ENOTFOUND geo.example",
    means: "The host's name has no address here: a slip in it, or the name server does not answer.",
    check: "getent hosts NAME, and the same from another network",
    worry: "Yes, if others cannot resolve it either.",
  },
  {
    name: "refused",
    pattern:
      /ECONNREFUSED|ERR_CONNECTION_REFUSED|Connection ?refused|Errno 111\]|NS_ERROR_(WEBSOCKET_)?CONNECTION_REFUSED|connection was refused|Could not connect to the server|curl: \(7\)(?!.*(route|unreachable))|actively refused|Unable to connect to the remote server|Cannot connect to host|ConnectException: Failed to connect to/i,
    example: "Error: connect ECONNREFUSED 203.0.113.7:80",
    means:
      "The host is there, and nothing takes connections on that port: nginx is down, or a firewall rejects them.",
    check: diagnose,
    worry: "Yes: the service is down.",
  },
  {
    name: "forbidden here",
    pattern: /connect (EACCES|EPERM)/i,
    example: "Error: connect EACCES 203.0.113.7:80",
    means:
      "The client's own machine forbids this connection: a rule of its firewall, a guard against viruses, or the rights of a socket's file.",
    check: "The same from another machine: npm run diagnose from there",
    worry: "No for the service. Yes, if it is the backend that connects.",
  },
  {
    name: "no route",
    pattern:
      /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|Errno (101|113)\]|ERR_ADDRESS_INVALID|connection appears to be offline|No route to host|Network is unreachable|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK_UNREACHABLE|host is unreachable|unreachable (host|network)/i,
    example: "Error: connect EHOSTUNREACH 203.0.113.7:80",
    means:
      "No way leads to that address: the client has no network (or no IPv6, where the address is one), the address is wrong, or a firewall answers `unreachable`.",
    check: `${diagnose} from here; ping HOST`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "cleartext forbidden",
    pattern:
      /CLEARTEXT (communication|HTTP traffic)|CLEARTEXT_NOT_PERMITTED|App Transport Security|NSAllowsArbitraryLoads|requires the use of a secure connection/i,
    example: "CLEARTEXT communication to 203.0.113.7 not permitted by network security policy",
    means:
      "The phone's system forbids an app to use ws:// (Android from 9 on, iOS from 9 on); nothing was sent.",
    check:
      "Use the wss:// address, with a certificate that phones trust; an exception in the app is the second best way",
    worry: "Yes: the app never connects like this.",
  },
  {
    name: "WeChat's domain list",
    pattern: /not in domain list|合法域名/i,
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
    /wrong version number|WRONG_VERSION_NUMBER|ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_RX_RECORD_TOO_LONG|plain HTTP request was sent to HTTPS port|packet length too long|does not look like a TLS handshake|tls: handshake message of length 1213486160|gave HTTP response to HTTPS|malformed HTTP response "\\x15|plain HTTP request to HTTPS|Unsupported or unrecognized SSL message/i,
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
    name: "client distrusts certificate",
    pattern:
      /alert[ _](certificate[ _]unknown|unknown[ _]ca|bad[ _]certificate|certificate[ _]expired)|remote error: tls: (unknown|bad|expired) certificate|TLSV1_ALERT_UNKNOWN_CA/i,
    example: "SSL_do_handshake() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate unknown)",
    means:
      "Logged by the server: a client hung up because it does not trust the certificate it was shown. With a private CA that is any client without its ca.pem.",
    check: `${diagnose} names what is wrong with the certificate; the log's line names the client's address`,
    worry: "No, for a scanner. Yes, if it is your own clients.",
  },
  {
    name: "client certificate",
    pattern:
      /ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_CLIENT_AUTH|No required SSL certificate|requires a client certificate|alert certificate required|tls: certificate required/i,
    example: "400 No required SSL certificate was sent",
    means:
      "The server asks clients for a certificate of their own (ssl_verify_client), and this one has none that it accepts. The site of this package asks for none.",
    check: "grep -rn ssl_verify_client /etc/nginx, on the host; a proxy or CDN in front that asks for one",
    worry: nobodyConnects,
  },
  {
    name: "certificate without the address",
    pattern:
      /any IP SANs|IP: ADDRESS is not in the cert|subject name matches target (host name '|ipv4 address ')ADDRESS|names matching IP address/i,
    example: "x509: cannot validate certificate for 203.0.113.7 because it doesn't contain any IP SANs",
    means:
      "The client connects to an address, and the certificate is for other names or addresses. Giving the client the CA (ca.pem) does not fix that.",
    check: `${diagnose} shows what the certificate is for. Connect by a name that is in it, or order one for the address`,
    worry: ownAddress,
  },
  {
    name: "CA unknown to the client",
    pattern: /self[- ]signed certificate in certificate chain|SELF_SIGNED_CERT_IN_CHAIN/i,
    example: "Error: self-signed certificate in certificate chain",
    means:
      "The client does not know the CA that signed the certificate: a private one, or a proxy's on the way.",
    check:
      "npm run -s pulumi -- stack output caCertificate > ca.pem, and give it to the client (Node: the option ca of ws, or NODE_EXTRA_CA_CERTS=ca.pem)",
    worry: "Not for the host: a private CA has to be given to each client once.",
  },
  {
    name: "certificate",
    pattern:
      /ERR_CERT|SEC_ERROR|SSL_ERROR_BAD_CERT|No subject alternative names|error setting certificate verify|MOZILLA_PKIX|CERT_HAS_EXPIRED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME_INVALID|CERTIFICATE_VERIFY_FAILED|SSL certificate problem|certificate for this server is invalid|unable to verify the first certificate|self[- ]signed certificate|unable to get (local )?issuer|certificate has expired|certificate is not yet valid|certificate verify failed|remote certificate is invalid|SSLPeerUnverified|Chain validation failed|errSSLHostNameMismatch|no alternative certificate subject name|match certificate's altnames|curl: \((60|51)\)|Trust anchor for certification path|x509:|UnknownIssuer|invalid peer certificate|RemoteCertificate|PKIX path building|CertPathValidator|not trusted by the (operating )?system/i,
    example: "Error: unable to verify the first certificate",
    means:
      "The client does not trust the certificate: it has expired, is for another name, or its CA is not known to the client. By default the CA is a private one, which no client knows beforehand.",
    check: `${diagnose} names which of them. A private CA: npm run -s pulumi -- stack output caCertificate > ca.pem, and give it to the client (Node: the option ca of ws, or NODE_EXTRA_CA_CERTS=ca.pem)`,
    worry: "Yes, where the CA is a public one; a private CA has to be given to each client once.",
  },
  {
    name: "TLS cut",
    pattern:
      /before secure TLS connection was established|SSL_ERROR_SYSCALL|ERR_SSL_|SSLHandshakeException|(?<!WebSocket)HandshakeException|handshake[_ ]failure|tlsv1 alert|SSL connection could not be established|TLS handshake (timeout|error)|tls: handshake failure|curl: \(35\)|SSL_do_handshake|in violation of protocol|unrecognized name|(?<!525: )SSL hand ?shak/i,
    example: "Error: Client network socket disconnected before secure TLS connection was established",
    means:
      "The connection was opened and ended during the TLS handshake: no common TLS version (this site takes 1.2 and 1.3), port 443 belongs to another program, or a filter on the way cut it because of the name.",
    check: `${diagnose}; openssl s_client -connect HOST:443 -servername NAME shows where it ends`,
    worry: ifItStays,
  },
];
