import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, it, vi } from "vitest";
import type { WebSocketHostArgs } from "../../../infra/library.ts";

/* The cloud's plug-in needs an account, so its part is played by Pulumi's mocks; what our component gets is what counts. */
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAZXYL4ZbU9OcPyiI1foUHVrTqiF5/Cxohfdvdt1lwJf";

/** Type-checked by a project of its own, examples/tsconfig.json. */
const program = "../../../examples/cloud-machine/index.ts";

const made = new Map<string, Record<string, unknown>>();
const host = vi.hoisted(() => ({ args: undefined as unknown }));
vi.mock("geo-system", () => ({
  WebSocketHost: class {
    constructor(_: string, args: unknown) {
      host.args = args;
    }
  },
}));

/** What each provider would answer. */
const answers: Record<string, object> = {
  "tls:index/privateKey:PrivateKey": {
    privateKeyOpenssh: "the private key",
    publicKeyOpenssh: `${hostKey}\n`,
  },
  "hcloud:index/server:Server": { ipv4Address: "203.0.113.7" },
};

beforeAll(async () => {
  const name = "cloud-machine";
  const newResource = ({ name, type, inputs }: pulumi.runtime.MockResourceArgs) => {
    made.set(name, inputs);
    return { id: `${name}-id`, state: { ...inputs, ...answers[type] } };
  };
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, name, "prod", true);
  pulumi.runtime.setAllConfig({
    [`${name}:sshKey`]: "ssh-ed25519 AAAA operator",
    [`${name}:tokenSecret`]: "a secret of more than sixteen characters",
  });
  await import(program);
});

const value = <T>(of: pulumi.Input<T>) =>
  new Promise<pulumi.Unwrap<T>>((resolve) => pulumi.output(of).apply(resolve));

it("the host is the machine, by its address and the key that it was given", async () => {
  const args = host.args as WebSocketHostArgs;
  expect(await value(args.host)).toBe("203.0.113.7");
  expect(await value(args.hostKey)).toBe(hostKey);
});

it("the machine has its host key and its user from the start", () => {
  const userData = String(made.get("machine")?.userData);
  expect(userData).toMatch(/^#cloud-config\n/);
  expect(JSON.parse(userData.slice(userData.indexOf("{")))).toMatchObject({
    ssh_keys: { ed25519_private: "the private key" },
    users: [{ name: "ubuntu", ssh_authorized_keys: ["ssh-ed25519 AAAA operator"] }],
  });
  expect(made.get("machine")).toMatchObject({ sshKeys: ["operator-id"], image: "ubuntu-24.04" });
});

it("its project names the versions that it was tried with", () => {
  const { dependencies } = JSON.parse(readFileSync("examples/cloud-machine/package.json", "utf8"));
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(dependencies["@pulumi/hcloud"]).toBe(devDependencies["@pulumi/hcloud"]);
});
