import { expect, it } from "vitest";
import { canary, snapshot, startHandMade, type Variant } from "../support/hand-made/host.ts";
import { takeOver } from "../support/hand-made/take-over.ts";

/* Hosts as other people set them up: what `npm run take-over` says of each. On demand: `npm run backends -- test/take-over`. */
interface Expected {
  config: Record<string, unknown>;
  says: string[];
}

const variants: Record<Exclude<Variant, "guide">, Expected> = {
  nvm: {
    config: { backendPort: 3000, backendEnvironment: { GREETING: "hello", NODE_ENV: "production" } },
    says: ["application chat runs under pm2 as deploy", "it runs as deploy; it would run as ubuntu"],
  },
  certbot: {
    config: { tls: "provided", serverName: "geo.example, www.geo.example", websocketPath: "/ws" },
    says: [
      "/etc/letsencrypt/live/geo.example/privkey.pem; certbot renews it there",
      "not in our site: client_max_body_size 20m;",
      "not in our site: add_header X-Frame-Options SAMEORIGIN;",
      'not in our site: location ~ "^/reports/[0-9]{4}/" { root /var/www; }',
    ],
  },
  unit: {
    config: { backendPort: 3000, backendEnvironment: { GREETING: "hello", NODE_ENV: "production" } },
    says: ["application runs by the unit geo-api.service as ubuntu", "backendSecretEnvironment.DB_PASSWORD"],
  },
  two: {
    config: { backendPort: 3000, websocketPath: "/ws" },
    says: [
      "application api runs under pm2",
      "stays as it is: application reports runs under pm2 as ubuntu",
      "not in our site: location /page/ { root /var/www; }",
    ],
  },
};

it.each(Object.entries(variants))(
  "%s",
  async (variant, expected) => {
    await using host = await startHandMade(variant as Variant);
    const before = await snapshot(host);
    const { exitCode, stdout, stderr, config } = await takeOver(host);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(config).toMatchObject(expected.config);
    for (const line of expected.says) expect(stdout).toContain(line);
    expect(stdout).not.toContain(canary);
    expect(await snapshot(host)).toBe(before);
  },
  300_000,
);
