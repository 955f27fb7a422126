import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestStack } from "../support/stack.ts";

/*
 * Other ways to configure the same host. The handshake at the end of each `up` is the proof: over wss it verifies the
 * certificate against the CA of the outputs.
 */
let stack: TestStack;
let bastion: TestStack;
beforeAll(async () => {
  [stack, bastion] = await Promise.all([TestStack.start("variants"), TestStack.start("bastion")]);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await bastion?.[Symbol.asyncDispose]();
});

it("without TLS only port 80 is opened, and the proof goes over ws", async () => {
  await stack.must("config", "set", "tls", "off");
  expect(await stack.up()).not.toContain("wss://");
  expect(await stack.on("sudo ufw status")).not.toContain("443");
  expect(await stack.on("sudo ss -Hltn sport = :443")).toBe("");
});

it("a site of several names is proven by every one, and no up passes while one leads nowhere", async () => {
  const { address = "" } = await stack.outputs();
  const secondAddress = address.replace(/\d+$/, "9"); // Sandboxes take numbers from 10 on.
  await stack.on(`sudo ip address add ${secondAddress}/24 dev host0`);
  await stack.must("config", "set", "tls", "self-signed");
  await stack.must("config", "set", "serverName", `${address}, ${secondAddress}`);
  const proven = new RegExp(`ws://${address}/ws +wss://${address}/ws +wss://${secondAddress}/ws`);
  expect(await stack.up()).toMatch(proven);
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });

  await stack.must("config", "set", "serverName", `${address}, ${secondAddress}, nowhere.invalid`);
  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(exitCode).not.toBe(0);
  expect(output).toContain("serverName: nowhere.invalid leads nowhere");
  expect(output).toContain("failed wss://nowhere.invalid/ws at name");
  await stack.must("config", "rm", "serverName");
});

it("a provided certificate of a private CA is served and verified", async () => {
  const { address = "" } = await stack.outputs();
  const { ca, leaf, key } = await issue(stack.files, address);
  await stack.must("config", "set", "tls", "provided");
  await stack.must("config", "set", "certificateFile", leaf);
  await stack.must("config", "set", "certificateKeyFile", key);
  await stack.must("config", "set", "certificateAuthorityFile", ca);
  expect(await stack.up()).toMatch(/tls +- +ok/);
  expect(await stack.on("sudo ufw status")).toMatch(/443\/tcp +ALLOW/);
});

it("a certificate without its own key is refused, and the old one is served on", async () => {
  const { key: other } = await issue(stack.files, "other");
  await stack.must("config", "set", "certificateKeyFile", other);
  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/certificateKeyFile: expected the key of .*, found another one/);
});

it("back to a CA of its own, and through a jump host", async () => {
  for (const key of ["tls", "certificateFile", "certificateKeyFile", "certificateAuthorityFile"]) {
    await stack.must("config", "rm", key);
  }
  const { address, hostKey } = bastion.info();
  stack.stack.keyPaths.push(...bastion.stack.keyPaths);
  await stack.must("config", "set", "jumpHost", `ubuntu@${address}`);
  await stack.must("config", "set", "jumpHostKey", hostKey);
  expect(await stack.up()).toMatch(/tls +- +ok/);
  expect(await bastion.on("sudo journalctl -u ssh --no-pager | grep -c 'Accepted publickey'")).toMatch(
    /^[2-9]|\d\d/,
  );
});

/** A certificate for an address or a name by a CA made for it, with openssl as an operator would. */
async function issue(folder: string, name: string) {
  const file = (suffix: string) => join(folder, `${name}-${suffix}.pem`);
  const [ca, caKey, leaf, key] = ["ca", "ca-key", "leaf", "key"].map(file) as [
    string,
    string,
    string,
    string,
  ];
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const san = /^\d+(\.\d+){3}$/.test(name) ? `IP:${name}` : `DNS:${name}`;
  await execa("openssl", ["req", "-x509", ...ec, "-subj", "/CN=test CA", "-keyout", caKey, "-out", ca]);
  const extensions = ["-addext", `subjectAltName=${san}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  const by = ["-CA", ca, "-CAkey", caKey];
  await execa("openssl", [
    "req",
    "-x509",
    ...by,
    ...ec,
    "-subj",
    `/CN=${name}`,
    ...extensions,
    "-keyout",
    key,
    "-out",
    leaf,
  ]);
  return { ca, leaf, key };
}
