import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../infra/package-root.ts";

const text = (name: string) => readFileSync(join(packageRoot, name), "utf8");

interface Key {
  default: string | number | object;
  /** `(integer) TCP port of sshd` */
  description: string;
}

/** The table of the README, made from Pulumi.yaml. */
function configurationTable(): string {
  const { config } = parse(text("Pulumi.yaml")) as { config: Record<string, Key> };
  const shown = (value: Key["default"]) => (value === "" || typeof value === "object" ? "–" : `\`${value}\``);
  const rows = Object.entries(config).map(([key, { default: value, description }]) => {
    const [, type, text] = /^\((\w+)\) (.*)$/.exec(description) ?? [];
    return `| \`${key}\` | ${type} | ${shown(value)} | ${text} |`;
  });
  return ["| key | type | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

it("the README's configuration table is the one of Pulumi.yaml", () => {
  const [, table] =
    /<!-- configuration: .*-->\n([\s\S]*?)<!-- \/configuration -->/.exec(text("README.md")) ?? [];
  expect(table?.trim()).toBe(configurationTable());
});
