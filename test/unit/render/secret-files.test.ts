import { generateKeyPairSync } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { refuseSecrets } from "../../../infra/render/secret-files.ts";
import { folderOf } from "../../support/checkout.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const jwk = JSON.stringify({ keys: [privateKey.export({ format: "jwk" })] });

async function found(files: Record<string, string>, include: string[] = []): Promise<string> {
  const folder = folderOf(files);
  return refuseSecrets(folder, Object.keys(files), { include }).then(
    () => "",
    (error: Error) => error.message,
  );
}

describe("a file looks like a secret", () => {
  it.each([
    [".env", "A=1"],
    [".env.production", ""],
    [".env-local", ""],
    [".envrc", ""],
    ["config/prod.env", ""],
    ["deploy/id_ed25519", ""],
    ["certs/client.p12", ""],
    [".netrc", ""],
    ["tls/server.pem", `Bag Attributes\n${pem}`],
    ["src/key.ts", `export const key = \`${pem}\`;`],
    ["config.json", JSON.stringify({ key: pem })],
    ["old.pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"],
    ["windows.pem", pem.replaceAll("\n", "\r\n")],
    ["putty.txt", "PuTTY-User-Key-File-3: ssh-ed25519"],
    ["tls/server.key", privateKey.export({ type: "pkcs8", format: "der" }).toString("latin1")],
    ["jwks.json", jwk],
    ["account.json", JSON.stringify({ type: "service_account", private_key: "x".repeat(40) })],
    [".npmrc", "//registry.npmjs.org/:_authToken=npm_abc"],
    [".yarnrc", '"//registry.yarnpkg.com/:_authToken" "abc"'],
    [".yarnrc.yml", "npmRegistries:\n  //npm.example:\n    npmAuthToken: abc"],
  ])("by %s", async (name, text) => {
    expect(await found({ [name]: text })).toContain(`${name} (`);
  });

  it.each([
    [".env.example", "A="],
    [".env.sample", ""],
    [".env.production.template", ""],
    ["example.env", ""],
    [".environment.js", ""],
    ["src/env.ts", ""],
    ["id_rsa.pub", ""],
    ["ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB"],
    ["src/pem.ts", 'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) return;'],
    ["README.md", "-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----"],
    ["translations.key", "hello"],
    [".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nsave-exact=true"],
    [".yarnrc.yml", 'npmAuthToken: "${TOKEN:-}"\nnodeLinker: node-modules'],
    ["package.json", '{ "name": "private_key" }'],
  ])("not by %s", async (name, text) => {
    expect(await found({ [name]: text })).toBe("");
  });
});

it("every secret is named at once, none of its text is shown, and exceptions are let through", async () => {
  const files = { ".env": "TOKEN=canary", "tls/key.pem": pem, "a.js": "" };
  const message = await found(files);
  expect(message.split("\n")).toEqual([
    expect.stringMatching(
      /^backendSource: expected no secrets among the files that travel to the host, found in \//,
    ),
    "    .env (environment)",
    "    tls/key.pem (private key)",
    expect.stringContaining("next: name them in .gitignore (untracked files) or .deployignore"),
  ]);
  expect(await found(files, ["tls/"])).not.toContain("key.pem");
  expect(await found(files, ["tls/*.pem", ".env"])).toBe("");
});

it("a link is judged by its name, and its target as a file of its own", async () => {
  const folder = folderOf({ "key.txt": pem });
  symlinkSync("key.txt", join(folder, "link.txt"));
  symlinkSync("key.txt", join(folder, ".env"));
  await expect(refuseSecrets(folder, ["link.txt"])).resolves.toBeUndefined();
  await expect(refuseSecrets(folder, [".env"])).rejects.toThrow(".env (environment)");
});
