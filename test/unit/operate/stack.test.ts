import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseStack, configuredStacks, refuseOwnHost } from "../../../operate/stack.ts";

const selected = (stack?: string) => () => Promise.resolve(stack);

describe("the stack of a command", () => {
  it("is the sandbox's where no host is configured", async () => {
    expect(await chooseStack({ configured: [], selected: selected("dev") })).toEqual({
      stack: "sandbox",
      sandbox: "sandbox",
    });
  });

  it("is the selected one when it configures a host", async () => {
    expect(await chooseStack({ configured: ["prod"], selected: selected("prod") })).toEqual({
      stack: "prod",
      sandbox: undefined,
    });
  });

  it("is the wanted one, whatever is selected", async () => {
    const wishes = { configured: ["prod"], selected: selected("prod") };
    expect(await chooseStack({ ...wishes, wanted: "sandbox-two" })).toEqual({
      stack: "sandbox-two",
      sandbox: "two",
    });
    expect(await chooseStack({ ...wishes, wanted: "staging" })).toEqual({
      stack: "staging",
      sandbox: undefined,
    });
  });

  it.each([undefined, "dev"])(
    "is never guessed when a host is configured but %s is selected",
    async (stack) => {
      await expect(chooseStack({ configured: ["prod"], selected: selected(stack) })).rejects.toThrow(
        /next: npx pulumi stack select prod/,
      );
    },
  );
});

it("stacks with a host are found in their files, sandboxes apart", () => {
  const project = mkdtempSync(join(tmpdir(), "project-"));
  writeFileSync(join(project, "Pulumi.prod.yaml"), "config:\n  geo-system:host: 203.0.113.7\n");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "encryptionsalt: x\n");
  writeFileSync(join(project, "Pulumi.sandbox.yaml"), "config:\n  geo-system:host: 198.18.0.2\n");
  writeFileSync(join(project, "Pulumi.sandbox-eu.yaml"), "config:\n  geo-system:host: eu.example.org\n");
  writeFileSync(join(project, "Pulumi.fleet.yaml"), "config:\n  geo-system:hosts: '[\"203.0.113.7\"]'\n");
  writeFileSync(
    join(project, "Pulumi.sandbox-fleet.yaml"),
    "config:\n  geo-system:hosts:\n    - { name: a, host: 198.18.0.2 }\n",
  );
  expect(configuredStacks(project).sort()).toEqual(["fleet", "prod", "sandbox-eu"]);
});

describe("a stack named as a sandbox's", () => {
  it.each([undefined, "198.18.0.2", "198.19.255.1"])("is the sandbox's with the host %s", (host) => {
    expect(() => refuseOwnHost("sandbox", { "geo-system:host": host })).not.toThrow();
  });

  it.each(["203.0.113.7", "198.20.0.1", "198.18.example.org", "2001:db8::1"])(
    "is refused with the host %s, with what to do",
    (host) => {
      expect(() => refuseOwnHost("sandbox-eu", { "geo-system:host": host })).toThrow(
        new RegExp(`Pulumi\\.sandbox-eu\\.yaml: expected no host .*found ${host}\\n.*stack rename`),
      );
    },
  );
});
