import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { pulumiCommand, pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";
import { SshHost } from "./support/ssh-host.ts";
import { installForCli } from "./support/under-test.ts";

const program = `
const pulumi = require("@pulumi/pulumi");
const { remote } = require("@pulumi/command");
const tls = require("@pulumi/tls");
const { PORT, USER_NAME, HOST_KEY, INPUT, EARLY, FOLDER } = process.env;

const connection = { host: "127.0.0.1", port: Number(PORT), user: USER_NAME, hostKey: HOST_KEY };
const step = new remote.Command("step", {
  connection,
  create: "sha256sum",
  delete: "echo gone >> " + FOLDER + "/undone",
  stdin: pulumi.secret(INPUT),
  addPreviousOutputInEnv: false,
});
const after = new remote.Command("after", { connection, create: pulumi.interpolate\`echo \${step.stdout}\` });
new remote.CopyToRemote("file", {
  connection,
  source: new pulumi.asset.StringAsset("copied"),
  remotePath: FOLDER + "/copied",
});

const caKey = new tls.PrivateKey("ca-key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const ca = new tls.SelfSignedCert("ca", {
  privateKeyPem: caKey.privateKeyPem,
  isCaCertificate: true,
  subject: { commonName: "CA" },
  validityPeriodHours: 240,
  allowedUses: ["cert_signing"],
});
const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const request = new tls.CertRequest("request", { privateKeyPem: key.privateKeyPem, ipAddresses: ["127.0.0.1"] });
new tls.LocallySignedCert("certificate", {
  certRequestPem: request.certRequestPem,
  caCertPem: ca.certPem,
  caPrivateKeyPem: caKey.privateKeyPem,
  validityPeriodHours: 48,
  earlyRenewalHours: Number(EARLY),
  allowedUses: ["server_auth"],
});
exports.hash = after.stdout;
`;

let folder: string;
let host: SshHost;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "program-"));
  host = await SshHost.start();
  await symlink(join(packageRoot, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: plugins\nruntime: nodejs\nmain: index.cjs\n");
  await writeFile(join(folder, "index.cjs"), program);
  await mkdir(join(folder, "state"));
  await installForCli(join(folder, "home"));
  environment = {
    ...pulumiEnvironment(),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "x",
    PULUMI_STACK: "test",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    SSH_AUTH_SOCK: host.agent,
    PORT: String(host.port),
    USER_NAME: host.user,
    HOST_KEY: await host.read("ed25519.pub"),
    FOLDER: folder,
    INPUT: "the secret text",
    EARLY: "1",
  };
  await pulumi(["stack", "init", "test"]);
});

afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

async function pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await execa(pulumiCommand(), [...args, "--non-interactive"], {
    cwd: folder,
    env: { ...environment, ...env },
  });
  return stdout;
}

interface PreviewStep {
  op: string;
  urn: string;
}

async function preview(env: NodeJS.ProcessEnv): Promise<{ [name: string]: string }> {
  const { steps } = JSON.parse(await pulumi(["preview", "--json"], env)) as { steps: PreviewStep[] };
  const changes = steps.filter(({ op, urn }) => op !== "same" && !urn.includes("pulumi:pulumi:Stack"));
  return Object.fromEntries(changes.map(({ op, urn }) => [urn.split("::").at(-1), op]));
}

const hashOf = async (env: NodeJS.ProcessEnv = {}) =>
  (JSON.parse(await pulumi(["stack", "output", "--json"], env)) as { hash: string }).hash;

describe("a program run by the real Pulumi", () => {
  it("creates everything, and no secret lies open in the state", async () => {
    await pulumi(["up", "--yes", "--skip-preview"]);
    expect(await hashOf()).toMatch(/^7b688c07/);
    expect(await readFile(join(folder, "copied"), "utf8")).toBe("copied");
    const state = await pulumi(["stack", "export"]);
    expect(state).not.toContain("the secret text");
    expect(state).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
    expect(state).not.toContain("ssh-ed25519");
  });

  it("finds nothing to change in a second run", async () => {
    await pulumi(["up", "--yes", "--expect-no-changes"]);
    expect(await preview({})).toEqual({});
  });

  it("foresees and makes the update that a changed input asks for, and what hangs on its output", async () => {
    const env = { INPUT: "another text" };
    expect(await preview(env)).toEqual({ step: "update", after: "update" });
    const before = await hashOf();
    await pulumi(["up", "--yes", "--skip-preview"], env);
    expect(await hashOf(env)).not.toBe(before);
  });

  it("renews a certificate that nears its end, and only that", async () => {
    const env = { INPUT: "another text", EARLY: "48" };
    expect(await preview(env)).toMatchObject({ certificate: expect.stringContaining("replace") });
    expect(Object.keys(await preview(env))).toEqual(["certificate"]);
  });

  it("finds nothing by a refresh", async () => {
    await pulumi(["refresh", "--yes", "--expect-no-changes"], { INPUT: "another text" });
  });

  it("undoes it all in the end", async () => {
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(await readFile(join(folder, "undone"), "utf8")).toBe("gone\n");
    const { deployment } = JSON.parse(await pulumi(["stack", "export"])) as {
      deployment: { resources?: [] };
    };
    expect(deployment.resources ?? []).toEqual([]);
  });
});
