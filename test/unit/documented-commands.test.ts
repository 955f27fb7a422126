import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { parse as shellWords } from "shell-quote";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../infra/package-root.ts";
import { definedCommands } from "../../operate/completion/definitions.ts";

/*
 * A reader types what the documents show. Each line of their shell blocks is parsed by the command that it names, or sets
 * a key that there is, or is one that a test runs, or stands in the list of those that none can run.
 */
const text = (name: string) => readFileSync(join(packageRoot, name), "utf8");
const pages = (folder: string) =>
  readdirSync(join(packageRoot, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
const documents = ["README.md", "README.zh-CN.md", ...pages("docs"), ...pages("docs/zh")];

/** What Pulumi's CLI is shown with; its own options are not ours to check. */
const pulumis = [
  "config set",
  "config set-all",
  "stack init",
  "stack output",
  "login",
  "up",
  "preview",
  "package",
];

/** By the beginning of a line: the test that runs it. */
const runBy: Record<string, string> = {
  "npm create geo-system": "test/e2e/create.test.ts",
  "npm install ./geo-system-": "test/e2e/library.test.ts",
  "npm pack ": "test/e2e/library.test.ts",
  "cp node_modules/geo-system/examples/": "test/e2e/library.test.ts",
  "cp -r node_modules/geo-system/examples/": "test/e2e/library.test.ts",
  "geo-system completion ": "test/unit/operate/completion",
  "echo 'source <(geo-system completion zsh)'": "test/unit/operate/completion",
};

/** Needs a database with a password, or is a tool of the host's own: shown, and run by no test. */
const shown = [
  /^ssh (-t )?ubuntu@HOST /,
  /^ssh ubuntu@203\.0\.113\.7 "pm2 logs /,
  /^pm2 (restart|logs) geo-backend\b/,
  /^sudo (nginx -t|systemctl reload nginx|ufw (status|allow (80|443)\/tcp))$/,
];

interface Shown {
  document: string;
  line: string;
}

/** The lines of the shell blocks, without comments. */
function linesOf(document: string): Shown[] {
  const blocks = [...text(document).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(
    ([, block]) => block ?? "",
  );
  return blocks
    .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => (/^(ssh|echo) /.test(line) ? [line] : line.split(/ && | \| /)))
    .map((line) => ({ document, line }));
}

const words = (line: string): string[] =>
  shellWords(line.replace(/"\$\([^)]*\)"/g, "VALUE")).map((word) => (typeof word === "string" ? word : "*"));

let definitions: Map<string, Command | undefined>;
beforeAll(async () => {
  definitions = new Map((await definedCommands()).map(({ name, definition }) => [name, definition]));
});

const scripts = Object.keys((parse(text("package.json")) as { scripts: object }).scripts);
const keys = Object.keys((parse(text("Pulumi.yaml")) as { config: object }).config);

/** What is wrong with a line; undefined where nothing is. */
function problem(line: string): string | undefined {
  const [, name, rest = ""] =
    /^(?:npm run (?:-s )?|npx geo-system |npm )([\w-]+)(?: --)?(?: (.*))?$/.exec(line) ?? [];
  const definition = name === undefined ? undefined : definitions.get(name);
  if (definition) return unparsed(definition, words(rest));
  const [, pulumi] = /^(?:(?:npx |npm run -s pulumi -- )?pulumi|npm run -s pulumi --) (.*)$/.exec(line) ?? [];
  if (pulumi !== undefined) return notPulumi(pulumi);
  if (/^npx geo-system --help$/.test(line)) return undefined;
  if (name !== undefined && /^npm (run |test)/.test(line))
    return scripts.includes(name) ? undefined : `no script ${name}`;
  const [, file] = Object.entries(runBy).find(([begin]) => line.startsWith(begin)) ?? [];
  if (file !== undefined) return existsSync(join(packageRoot, file)) ? undefined : `no test ${file}`;
  return shown.some((pattern) => pattern.test(line))
    ? undefined
    : "no test runs it, and it is not listed as one that none can run";
}

/** Up and preview pass options on to Pulumi, which judges them itself. */
function unparsed(definition: Command, given: readonly string[]): string | undefined {
  const [first = ""] = given;
  const inner = definition.commands.find((each) => each.name() === first);
  if (inner) return unparsed(inner, given.slice(1));
  const known = [...definition.options, definition.createOption("-h, --help")].flatMap(({ long, short }) => [
    long,
    short,
  ]);
  const ours = given.includes("--") ? given.slice(0, given.indexOf("--")) : given;
  const options = ours.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);
  const unknown = options.filter(
    (option) => !known.includes(option) && !passedOn.has(`${definition.name()} ${option}`),
  );
  return unknown.length > 0 ? `${definition.name()} does not know ${unknown.join(", ")}` : undefined;
}

/** Options of Pulumi's that the documents show with our commands; test/e2e/library.test.ts runs them. */
const passedOn = new Set(
  ["npm run up --", "npm run preview --"].flatMap((command) =>
    ["--yes", "-y", "--diff", "--target", "--refresh", "--skip-preview", "--json", "--expect-no-changes"].map(
      (option) => `${command} ${option}`,
    ),
  ),
);

function notPulumi(line: string): string | undefined {
  if (!pulumis.some((known) => line.startsWith(known)))
    return "not among the commands of Pulumi that are shown";
  if (!line.startsWith("config set")) return undefined;
  const given = words(line).slice(2);
  const assigned = given.flatMap((word) => /^(\w+)=/.exec(word)?.[1] ?? []);
  const [named = ""] = given.filter((word) => !word.startsWith("--") && !/=/.test(word));
  const set = line.startsWith("config set-all") ? assigned : [/^\w+/.exec(named)?.[0] ?? named];
  const unknown = set.filter((key) => !keys.includes(key) && key !== "tokenSecret");
  return unknown.length > 0 ? `no key ${unknown.join(", ")}` : undefined;
}

describe.each(documents)("%s", (document) => {
  it("shows no command that a reader could not type", () => {
    const wrong = linesOf(document).flatMap(({ line }) => {
      const why = problem(line);
      return why ? [`${line}: ${why}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});

it.each([
  ["npm run status -- --hots 203.0.113.7", "does not know --hots"],
  ["npm run sandbox -- up --sytem debian-13", "does not know --sytem"],
  ["npx pulumi config set backendSorce ../api", "no key backendSorce"],
  ["npm run upp", "no script upp"],
  ["curl https://example.com", "no test runs it"],
])("%s would be found", (line, why) => {
  expect(problem(line)).toContain(why);
});
