import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../infra/package-root.ts";

const text = (name: string) => readFileSync(join(packageRoot, name), "utf8");
const documentsOf = (folder: string) =>
  readdirSync(join(packageRoot, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
const documents = ["README.md", "README.zh-CN.md", ...documentsOf("docs"), ...documentsOf("docs/zh")];

interface Key {
  default: string | number | object;
  /** `(integer) TCP port of sshd` */
  description: string;
}

/** The table of docs/configuration.md, made from Pulumi.yaml. */
function configurationTable(): string {
  const { config } = parse(text("Pulumi.yaml")) as { config: Record<string, Key> };
  const shown = (value: Key["default"]) => (value === "" || typeof value === "object" ? "–" : `\`${value}\``);
  const rows = Object.entries(config).map(([key, { default: value, description }]) => {
    const [, type, text] = /^\((\w+)\) (.*)$/.exec(description) ?? [];
    return `| \`${key}\` | ${type} | ${shown(value)} | ${text} |`;
  });
  return ["| key | type | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

it("the table of the configuration is the one of Pulumi.yaml", () => {
  const [, table] =
    /<!-- configuration: .*-->\n([\s\S]*?)<!-- \/configuration -->/.exec(text("docs/configuration.md")) ?? [];
  expect(table?.trim()).toBe(configurationTable());
});

/** Scripts that belong to a backend, which the documents use as examples. */
const ofBackends = ["start:prod", "prod"];

describe.each(documents)("%s", (document) => {
  it("links to files that are there", () => {
    const links = [...text(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      ([, target = ""]) => target,
    );
    const missing = links.filter((link) => !existsSync(join(packageRoot, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it("names commands of package.json", () => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    const named = [...text(document).matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(
      ([, name = ""]) => name,
    );
    expect(named.filter((name) => !(name in scripts || ofBackends.includes(name)))).toEqual([]);
  });
});

it.each(["README.md", "README.zh-CN.md"])("%s leads to every document", (readme) => {
  const linked = text(readme);
  const chinese = readme === "README.md" ? [] : documentsOf("docs/zh");
  const inChinese = (document: string) => chinese.includes(document.replace("docs/", "docs/zh/"));
  const wanted = [...documentsOf("docs").filter((document) => !inChinese(document)), ...chinese];
  expect(wanted.filter((document) => !linked.includes(`(${document})`))).toEqual([]);
});
