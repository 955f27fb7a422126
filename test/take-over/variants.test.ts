import { expect, it } from "vitest";
import type { Settings } from "../../infra/settings/schema.ts";
import type { User } from "../host/support/users.ts";
import {
  canary,
  difference,
  inventory,
  snapshot,
  startHandMade,
  type Variant,
} from "../support/hand-made/host.ts";
import { firstPreview } from "../support/hand-made/preview.ts";
import { takeOver } from "../support/hand-made/take-over.ts";
import { ends, TakeOver } from "../support/hand-made/taken.ts";

/* Hosts as other people set them up: what `npm run take-over` says of each. On demand: `npm run backends -- test/take-over`. */
interface Expected {
  config: Record<string, unknown>;
  says: string[];
  /** The first lines of what a first preview finds. */
  previews: (string | RegExp)[];
  /** Docker's: it is not ended, so its clients stay, and the release after the first one waits for its port. */
  stays?: true;
  /** What `destroy` leaves: copies of another user's data. */
  leaves?: string[];
}

const nginx = /^nginx listens on port 80, by the unit nginx\.service$/;
const served = (file: string, more = "") =>
  new RegExp(`^nginx serves it by /etc/nginx/sites-enabled/${file}${more}; it is replaced$`);
const boots = (user: string) =>
  `pm2-${user}.service starts the pm2 applications of ${user} at boot; it stays`;
const lacks = (directive: string) => `says, and our site does not: ${directive}`;

/** In the folder that stays where data is in it. */
const copied = ["/srv/geo-backend", "/srv/geo-backend/shared", "data", "uploads", "uploads/picture.bin"];

const variants: Record<Exclude<Variant, "guide">, Expected> = {
  nvm: {
    config: { backendPort: 3000, backendEnvironment: { GREETING: "hello", NODE_ENV: "production" } },
    leaves: copied,
    says: ["application chat runs under pm2 as deploy", "it runs as deploy; it would run as ubuntu"],
    previews: [
      /^application chat runs under pm2 as deploy: process \d+ in \/home\/deploy\/chat, Node 22\.18\.0, port 3000, 0 connections$/,
      nginx,
      served("chat"),
      boots("deploy"),
    ],
  },
  certbot: {
    config: {
      ...{ tls: "provided", certificateFile: "certificate.pem", certificateKeyFile: "certificate-key.pem" },
      ...{ serverName: "geo.example, www.geo.example", websocketPath: "/ws" },
    },
    says: [
      "'sudo -n cat /etc/letsencrypt/live/geo.example/fullchain.pem' > certificate.pem",
      "/etc/letsencrypt/live/geo.example/privkey.pem; certbot renews it there",
      "not in our site: client_max_body_size 20m;",
      "not in our site: add_header X-Frame-Options SAMEORIGIN;",
      'not in our site: location ~ "^/reports/[0-9]{4}/" { root /var/www; }',
    ],
    previews: [
      /^application api runs under pm2 as ubuntu/,
      /^nginx listens on port 80 and 443, by the unit nginx\.service$/,
      served("default", ", for geo.example, www.geo.example, with the certificate .*/fullchain.pem"),
      lacks("client_max_body_size 20m;"),
      lacks("add_header X-Frame-Options SAMEORIGIN;"),
      /our site does not: location ~ .*reports/,
      boots("ubuntu"),
    ],
  },
  unit: {
    config: { backendPort: 3000, backendEnvironment: { GREETING: "hello", NODE_ENV: "production" } },
    says: ["application runs by the unit geo-api.service as ubuntu", "backendSecretEnvironment.DB_PASSWORD"],
    previews: [
      /^application runs by the unit geo-api\.service as ubuntu: process \d+ in \/home\/ubuntu\/geo-system/,
      nginx,
      served("geo-system"),
    ],
  },
  session: {
    config: { backendPort: 3000, nodeVersion: "22.18.0", backendEnvironment: { GREETING: "hello" } },
    says: ["application runs from a session, under no process manager as ubuntu"],
    previews: [
      /^application runs from a session, under no process manager as ubuntu: process \d+ in \/home\/ubuntu\/geo-system/,
      nginx,
      served("geo-system"),
    ],
  },
  docker: {
    stays: true,
    config: { backendPort: 3000, websocketPath: "/ws" },
    says: [
      "application runs in a container as root",
      "its code, Node, environment and data were not read",
      "it keeps port 3000 until you end it: docker ps, then: docker stop NAME",
    ],
    previews: [/^application runs in a container as root: process \d+/, nginx, served("geo-system")],
  },
  two: {
    config: { backendPort: 3000, websocketPath: "/ws" },
    says: [
      "application api runs under pm2",
      "stays as it is: application reports runs under pm2 as ubuntu",
      "not in our site: location /page/ { root /var/www; }",
    ],
    previews: [
      /^application api runs under pm2/,
      nginx,
      served("geo-system"),
      /our site does not: location \/reports\//,
      /our site does not: location \/page\//,
      boots("ubuntu"),
      /^application reports runs under pm2 as ubuntu: .*, port 4000, 0 connections; it stays$/,
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
    const known = config as Pick<Settings, "backendPort" | "takeOver" | "backendShared">;
    const { backendPort, takeOver: named, backendShared } = known;
    expect(await firstPreview(host, named)).toEqual(
      expected.previews.map((line) => expect.stringMatching(line)),
    );
    expect(await snapshot(host)).toBe(before);

    const all = await inventory(host);
    const change = await TakeOver.on(host, { backendPort, takeOver: named, backendShared });
    const held = await change.users.connectAll(12);
    const told = await (expected.stays ? stays(change, held) : gives(change, held, backendPort));
    const differs = difference(all, await inventory(host)).filter((line) => !isLeft(line, expected.leaves));
    console.log(variant, { held: held.length, ...told, differs });
    expect(differs).toEqual([]);
  },
  600_000,
);

/** It gives way at the deadline; a release comes after the first one, and `destroy` starts it again. */
async function gives(change: TakeOver, held: readonly User[], port: number) {
  expect(await change.reach()).toMatch(
    / is taken over: 12 live connections stay until the deadline, 7 s after the handshake; /,
  );
  expect(await change.up()).toContain("which served before; undo starts it again");
  const { codes, first } = await ends(held);
  expect([codes, first > 7]).toEqual([[1006], true]);
  expect(await change.check()).toBe("unchanged");
  const next = await change.users.connectAll(12);
  expect(await change.refused()).toEqual([]);
  await change.release();
  const { codes: nextCodes, first: nextFirst } = await ends(next);
  expect(await change.check()).toBe("unchanged");
  expect(await change.destroy()).toContain(`runs again on port ${port}`);
  return { cutAfter: first, ofTheRelease: { codes: nextCodes, after: nextFirst } };
}

/** It keeps its port and its clients. */
async function stays(change: TakeOver, held: readonly User[]) {
  expect(await change.reach()).toMatch(
    / keeps port 3000, with its 12 live connections, until it is ended by hand; clients of the new site meet /,
  );
  await change.up();
  expect(await change.refused()).toEqual([
    expect.stringMatching(
      /^port 3000: expected to be free for a release, .* \(docker ps, then: docker stop NAME\)/,
    ),
  ]);
  await change.destroy();
  expect(held.filter(({ socket }) => socket.readyState !== socket.OPEN)).toEqual([]);
  for (const each of held) each[Symbol.dispose]();
  return { cutAfter: "never" };
}

const isLeft = (line: string, left: readonly string[] = []) =>
  left.some((name) =>
    line.startsWith(`+ ${name.startsWith("/") ? name : `/srv/geo-backend/shared/${name}`} `),
  );
