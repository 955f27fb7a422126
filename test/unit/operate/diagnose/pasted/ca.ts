import type { Pasted } from "./pasted.ts";

/** What a CA answers. */
export const ca: Pasted = [
  [
    "Type:   unauthorized\n  Detail: Non-200 status code from HTTP: http://a.example:80/.well-known/acme-challenge/x returned 403",
    "ACME: forbidden page",
  ],
  [
    "Type: unauthorized Detail: 203.0.113.7: Invalid response from http://a.example/.well-known/acme-challenge/x: 403",
    "ACME: forbidden page",
  ],
  [
    '{"type":"urn:ietf:params:acme:error:unauthorized","detail":"203.0.113.7: Invalid response from http://a.example/.well-known/acme-challenge/x: 404","status":403}',
    "ACME: wrong answer",
  ],
  [
    'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": dial tcp 203.0.113.7:80: connect: connection refused',
    "ACME: not reached",
  ],
  [
    'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    "ACME: not reached",
  ],
  [
    'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": could not resolve URL "http://a.example:80/.well-known/acme-challenge/x"',
    "ACME: DNS",
  ],
  [
    'too many failed authorizations (5) for "a.example" in the last 1h0m0s, retry after 2026-11-30 12:00:00 UTC',
    "ACME: rate limited",
  ],
  [
    '{"type":"urn:ietf:params:acme:error:caa","detail":"CAA record for a.example prevents issuance"}',
    "ACME: CAA",
  ],
  ['Order includes unrecognized profile name "nope"', "ACME: profile"],
  ['Profile "classic" does not permit ip type identifiers', "ACME: names refused"],
  ["urn:ietf:params:acme:error:externalAccountRequired", "ACME: account"],
  ["acme: error: 500 :: urn:ietf:params:acme:error:serverInternal", "ACME: other"],
];
