const day = 86_400;

export const ports = { directory: 14000, management: 15000, dns: 53, dnsManagement: 8055 };

/** What an account may be bound to, though the CA does not require it. */
export const customer = {
  keyId: "customer-1",
  hmacKey: Buffer.alloc(32, "geo-system").toString("base64url"),
};

/** Pebble's configuration file. `default` and `shortlived` last as long as those of Let's Encrypt. */
export function pebbleConfiguration(files: { certificate: string; key: string }): string {
  const pebble = {
    listenAddress: `0.0.0.0:${ports.directory}`,
    managementListenAddress: `0.0.0.0:${ports.management}`,
    certificate: files.certificate,
    privateKey: files.key,
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    externalAccountMACKeys: { [customer.keyId]: customer.hmacKey },
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: "ecdsa",
    profiles: {
      default: { description: "90 days", validityPeriod: 90 * day },
      brief: { description: "for tests of the renewal: half a minute", validityPeriod: 30 },
      shortlived: { description: "160 hours, also for addresses", validityPeriod: 160 * 3600 },
    },
  };
  return `${JSON.stringify({ pebble }, null, 2)}\n`;
}

/** Nasty on purpose, as Pebble is by default: a client that works here has learned to try again. */
export const pebbleEnvironment = {
  PEBBLE_WFE_NONCEREJECT: "5", // per cent of good nonces
  PEBBLE_AUTHZREUSE: "0",
  PEBBLE_VA_SLEEPTIME: "1", // seconds before a validation, at most
};
