import { diagnose, type Meaning } from "./meaning.ts";

/** Nothing was answered yet: the page, TLS, the name, the port. */
export const way: readonly Meaning[] = [
  {
    name: "closed while connecting",
    pattern:
      /closed before the connection (is|was) established|interrupted while the page was loading|The operation is insecure.*unload/i,
    means:
      "The page itself closed the connection while it was being made: it was left, reloaded, or its code called close(). Flaky networks and React's strict mode do that as well.",
    check: "Nothing. If the page's status stays offline: npm run diagnose",
    worry: `No. It is harmless: the client connects again by itself.`,
  },
  {
    name: "mixed content",
    pattern:
      /insecure WebSocket connection may not be initiated|Mixed Content|SecurityError.*WebSocket|blocked.*insecure content/i,
    means: "A page that came by https may not use ws://: the browser forbids it before anything is sent.",
    check: "Use the wss:// address in the page: npm run -s pulumi -- stack output wssUrl",
    worry: "Yes: no such page can connect until its address is changed.",
  },
  {
    name: "certificate",
    pattern:
      /ERR_CERT_|SEC_ERROR|MOZILLA_PKIX|CERT_HAS_EXPIRED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME_INVALID|CERTIFICATE_VERIFY_FAILED|SSL certificate problem|certificate for this server is invalid|unable to verify the first certificate|self[- ]signed certificate|unable to get (local )?issuer|certificate has expired|match certificate's altnames|curl: \(60\)/i,
    means:
      "The client does not trust the certificate: it has expired, is for another name, or its CA is not known to the client. By default the CA is a private one, which no client knows beforehand.",
    check: `${diagnose} names which of them. A private CA: npm run -s pulumi -- stack output caCertificate > ca.pem, and give it to the client (Node: the option ca of ws, or NODE_EXTRA_CA_CERTS=ca.pem)`,
    worry: "Yes, where the CA is a public one; a private CA has to be told to each client once.",
  },
  {
    name: "plain on a TLS port",
    pattern:
      /wrong version number|WRONG_VERSION_NUMBER|ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_RX_RECORD_TOO_LONG|plain HTTP request was sent to HTTPS port|packet length too long/i,
    means: "One side speaks TLS and the other does not: wss:// to a plain port, or ws:// to a TLS port.",
    check: "Compare scheme and port: ws:// is port 80, wss:// is port 443",
    worry: "Yes: this address never works.",
  },
  {
    name: "name not found",
    pattern:
      /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED|getaddrinfo|Could not resolve host|nodename nor servname|Name or service not known|server with the specified hostname could not be found|NS_ERROR_UNKNOWN_HOST/i,
    means: "The host's name has no address here: a slip in it, or the name server does not answer.",
    check: "getent hosts NAME, and the same from another network",
    worry: "Yes, if others cannot resolve it either.",
  },
  {
    name: "refused",
    pattern:
      /ECONNREFUSED|ERR_CONNECTION_REFUSED|Connection ?refused|NS_ERROR_CONNECTION_REFUSED|Could not connect to the server|curl: \(7\)/i,
    means:
      "The host is there, and nothing takes connections on that port: nginx is down, or a firewall rejects them.",
    check: diagnose,
    worry: "Yes: the service is down.",
  },
];
