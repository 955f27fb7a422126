import type { Meaning } from "./meaning.ts";

/** The old certificate goes on serving until it ends. */
const untilItEnds = "Yes, before the certificate that is served now ends; npm run status shows when.";

/** A problem by its type, as RFC 8555 writes it, and as certbot prints it. */
const type = (name: string, ...words: string[]) =>
  new RegExp([`acme:error:${name}\\b`, `\\bType:\\s+${name}\\b`, ...words].join("|"), "i");

/** What a CA answers to an ACME client (certbot, lego, acme.sh …), which prints its words. */
export const acme: readonly Meaning[] = [
  {
    name: "certbot: too old",
    pattern: /certbot: error: unrecognized arguments/i,
    example: "certbot: error: unrecognized arguments: --ip-address 203.0.113.7",
    means:
      "This certbot is older than the option: certificates for addresses and profiles need a recent one.",
    check:
      "certbot --version; the host's certificate of this package comes by a certbot of its own, not by this one",
    worry: untilItEnds,
  },
  {
    name: "ACME: rate limited",
    pattern: type("rateLimited", "too many (certificates|failed authorizations|new orders|registrations)"),
    example:
      'too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-30 12:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/ "type": "urn:ietf:params:acme:error:rateLimited"',
    means:
      "The CA takes no more of this kind for now. The time after `retry after` is when it does again, and trying earlier does not help. Let's Encrypt: 5 certificates for the same names in 7 days, 5 failed validations of a name in an hour.",
    check:
      "Wait until then, and find out why so many were ordered: a client in a loop, or a host that is rebuilt without its certificates. Try things out with the CA's staging directory",
    worry: untilItEnds,
  },
  {
    name: "ACME: DNS",
    pattern: type("dns", "could not resolve URL", "DNS problem: \\w+", "no valid A(AAA)? records found"),
    example:
      "Type: dns Detail: DNS problem: NXDOMAIN looking up A for geo.example - check that a DNS record exists for this domain",
    means:
      "The CA found no address for the name: it does not exist, its name servers fail (SERVFAIL, often DNSSEC), or a change has not arrived yet.",
    check: "dig +short A NAME and dig +short AAAA NAME, also with @1.1.1.1: each must be this host's address",
    worry: untilItEnds,
  },
  {
    name: "ACME: CAA",
    pattern: type("caa", "CAA record for \\S+ prevents issuance"),
    example: "Type: caa Detail: CAA record for geo.example prevents issuance",
    means: "A CAA record of the name, or of a domain above it, allows other CAs only.",
    check: 'dig +short CAA NAME, and of each domain above it; add: 0 issue "letsencrypt.org"',
    worry: untilItEnds,
  },
  {
    name: "ACME: forbidden page",
    pattern:
      /(acme:error:unauthorized|Type:\s+unauthorized)[\s\S]*(returned|response from URL:?)\s+"?(403|451)\b/i,
    example:
      "Type: unauthorized Detail: Non-200 status code from HTTP: http://geo.example:80/.well-known/acme-challenge/x returned 403",
    means:
      "Port 80 answered the CA with 403 in place of the challenge: a rule in nginx, or a provider's page in front of the host. Providers in mainland China answer so for a name without an ICP filing (备案), also when the host itself is fine.",
    check:
      "curl -i http://NAME/.well-known/acme-challenge/x from outside, and on the host to 127.0.0.1 with -H 'Host: NAME': where both differ, something in front of the host answers",
    worry: untilItEnds,
  },
  {
    name: "ACME: wrong answer",
    pattern: type("(unauthorized|incorrectResponse)", "Invalid response from URL"),
    example:
      "Type: unauthorized Detail: Invalid response from http://geo.example/.well-known/acme-challenge/x: 404",
    means:
      "The CA reached a web server on port 80, and it did not have the challenge: another machine (an old A or AAAA record, a proxy or CDN), another site of this nginx, or another folder than the client writes to.",
    check:
      "dig +short A NAME and dig +short AAAA NAME; curl -i http://NAME/.well-known/acme-challenge/x from outside, over -4 and -6",
    worry: untilItEnds,
  },
  {
    name: "ACME: not reached",
    pattern: type("(connection|tls)", "Timeout during connect \\(likely firewall problem\\)"),
    example:
      "Type: connection Detail: 203.0.113.7: Fetching http://geo.example/.well-known/acme-challenge/x: Timeout during connect (likely firewall problem)",
    means:
      "The CA could not speak with port 80. Timeout: a firewall drops it, usually the cloud's, or an AAAA record leads nowhere. Refused: nothing listens there. The CA asks from several places in the world, so a block by country counts too.",
    check:
      "nc -vz NAME 80 from another network; sudo ufw status on the host; the provider's firewall or security group: 80/tcp from everywhere",
    worry: untilItEnds,
  },
  {
    name: "ACME: bad nonce",
    pattern: type("badNonce", "invalid anti-replay nonce"),
    example: "JWS has an invalid anti-replay nonce: WEJ3_Mh6PnSrz6xN7OhfSA",
    means:
      "The CA did not take the request's one-time number, and the client gave up trying. It happens now and then.",
    check: "Run the client again",
    worry: "No, unless it happens each time: then a proxy between the client and the CA repeats answers.",
  },
  {
    name: "ACME: names refused",
    pattern: type(
      "(rejectedIdentifier|unsupportedIdentifier)",
      "does not permit ip type identifiers",
      "does not end with a valid public suffix",
      "reserved address block",
    ),
    example:
      'Cannot issue for "10.0.0.5": IP address is in a reserved address block urn:ietf:params:acme:error:rejectedIdentifier',
    means:
      "The CA certifies none of these: private and documentation addresses, names below no public domain, names on its block list; Let's Encrypt certifies addresses with the profile `shortlived` only.",
    check:
      "Order for the public address or name that users type; for an address: --preferred-profile shortlived",
    worry: untilItEnds,
  },
  {
    name: "ACME: profile",
    pattern: type("invalidProfile", "unrecognized profile name"),
    example: 'Order includes unrecognized profile name "tlsserver"',
    means: "The CA does not offer the profile that was asked for.",
    check: "curl -s DIRECTORY: meta.profiles names those that it offers",
    worry: untilItEnds,
  },
  {
    name: "ACME: account",
    pattern: type("(accountDoesNotExist|externalAccountRequired|userActionRequired)"),
    example: "urn:ietf:params:acme:error:accountDoesNotExist",
    means:
      "The CA does not take this account: it was made at another directory (staging and production share none) or was closed, it needs the CA's own key (external account binding), or new terms must be agreed to.",
    check:
      "Which directory the client uses; register again there, with --eab-kid and --eab-hmac-key where the CA asks for them",
    worry: untilItEnds,
  },
  {
    name: "ACME: other",
    pattern: /urn:ietf:params:acme:error:\w+/i,
    example: "urn:ietf:params:acme:error:serverInternal The service is down for maintenance",
    means: "The CA refused a request; its own words, after `detail`, say why.",
    check: "Those words; the CA's status page; then run the client again",
    worry: untilItEnds,
  },
];
