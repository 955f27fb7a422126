import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { validate } from "../../infra/settings/validate.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { canary, snapshot, startHandMade } from "../support/hand-made/host.ts";
import { takeOver } from "../support/hand-made/take-over.ts";
import type { TestHost } from "../support/host.ts";

/* A host that was set up by hand, as the users' guide has it, and its operator before the take-over. */
let host: TestHost;

beforeAll(async () => {
  host = await startHandMade("guide");
});
afterAll(() => host?.[Symbol.asyncDispose]());

it("prints a configuration that is valid and reproduces the host, and changes nothing", async () => {
  const before = await snapshot(host);
  const { exitCode, stdout, config } = await takeOver(host);
  expect(exitCode).toBe(0);
  expect(config).toMatchObject({
    host: host.address,
    user: "ubuntu",
    tls: "off",
    websocketPath: "/ws",
    backendPort: 3000,
    nodeVersion: "22.18.0",
    backendEnvironment: { GREETING: "hello" },
    backendShared: ["data", "uploads"],
  });
  expect(validate({ ...config, handshakeToken: "token" } as Parameters<typeof validate>[0])).toMatchObject({
    websocketPath: "/ws",
  });
  expect(stdout).toMatch(
    /application api runs under pm2 as ubuntu: process \d+ in \/home\/ubuntu\/geo-system/,
  );
  expect(stdout).toContain("backendShared: uploads holds 200.0 kB");
  expect(await snapshot(host)).toBe(before);
});

it("shows no secret, and each command moves one from the host as it is", async () => {
  const [text, json] = await Promise.all([takeOver(host), takeOver(host, "--json")]);
  expect(text.stdout + json.stdout).not.toContain(canary);
  const { secrets } = JSON.parse(json.stdout) as { secrets: string[] };
  const command = secrets.find((line) => line.endsWith("--path backendSecretEnvironment.DB_PASSWORD"));
  const [ssh = "", ...rest] = command?.split(" | ") ?? [];
  expect(rest).toEqual([
    "tr -d '\\0'",
    "npx pulumi config set --secret --path backendSecretEnvironment.DB_PASSWORD",
  ]);
  // The words after the login, as the operator's shell hands them on.
  const remote = /'(.*)'$/.exec(ssh)?.[1] ?? "";
  const { stdout } = await execa("ssh", [...sshArguments(host.info), remote]);
  expect(stdout.replaceAll("\0", "")).toBe(canary);
});

it("says which applications there are where it is told another, or none runs", async () => {
  const other = await takeOver(host, "--application", "shop");
  expect([other.exitCode, other.stdout]).toEqual([2, ""]);
  expect(other.stderr).toContain("not shop, found api (port 3000)\n  next: add --application NAME");
  await host.run("pm2 stop api");
  const none = await takeOver(host);
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining("found none; nothing listens on port 3000\n  next: start the application first"),
  ]);
});
