import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../../infra/package-root.ts";
import { namesOf } from "../../../../operate/commands.mjs";
import { definedCommands } from "../../../../operate/completion/definitions.ts";
import { completionTable } from "../../../../operate/completion/table.ts";
import { onPath } from "../../../../sandbox/toolchain/on-path.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

const folder = mkdtempSync(join(tmpdir(), "补全 completion-"));
writeFileSync(join(folder, "ca of mine.pem"), "");
const script = (shell: Shell) => join(folder, shell);

/** Prints what a shell offers for the words that were typed; the last is the one at the cursor. */
const asks: Record<Shell, string> = {
  bash: `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _geo_system; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // What its completion system would show: it runs in an interactive line editor alone.
  zsh: `compdef() { }; _files() { print -l -- * | grep -e "^$words[CURRENT]"; }; _message() { }
    _describe() { print -l -- "\${(@)\${(@P)2}%%:*}" | grep -e "^$words[CURRENT]" }
    compadd() { shift; print -l -- "$@" | grep -e "^$words[CURRENT]" }
    . "$0"; words=("$@"); CURRENT=$#; _geo_system`,
  fish: `source $argv[1]; complete -C (string join ' ' -- $argv[2..-1]) | string replace -r '\\t.*' ''`,
};

async function offered(shell: Shell, ...typed: string[]): Promise<string[]> {
  const options = shell === "fish" ? ["--no-config"] : shell === "zsh" ? ["-f"] : ["--norc"];
  const { stdout } = await execa(
    shell,
    [...options, "-c", asks[shell], script(shell), "geo-system", ...typed],
    { cwd: folder, reject: false },
  );
  return stdout.split("\n").filter(Boolean).sort();
}

beforeAll(async () => {
  for (const shell of shells) {
    const { stdout } = await execa("node", ["operate/run.mjs", "completion", shell], { cwd: packageRoot });
    writeFileSync(script(shell), stdout);
  }
}, 60_000);

describe.each(shells)("in %s", (shell) => {
  const test = it.skipIf(!onPath(shell)); // bash is everywhere

  test("the commands are offered, and narrowed by what was typed", async () => {
    expect(await offered(shell, "dia")).toEqual(["diagnose"]);
    expect(await offered(shell, "")).toEqual(expect.arrayContaining(namesOf({ checkout: true })));
  });

  test("a command's own options are offered, and no other's", async () => {
    expect(await offered(shell, "rollback", "--l")).toEqual(["--list"]);
    expect(await offered(shell, "rollback", "--f")).toEqual(["--files"]);
    expect(await offered(shell, "status", "--files")).not.toContain("--files");
  });

  test("a command below a command has options of its own", async () => {
    expect(await offered(shell, "comment", "pull")).toEqual(["pull-request"]);
    expect(await offered(shell, "comment", "pull-request", "--b")).toEqual(["--body"]);
    expect(await offered(shell, "sandbox", "up", "--a")).toEqual(["--acme"]);
  });

  test("what follows an option is its values, a file, or nothing that is known", async () => {
    expect(await offered(shell, "diagnose", "--handshake", "gra")).toEqual(["graphql-ws"]);
    expect((await offered(shell, "diagnose", "--ca", "ca")).join()).toMatch(/^ca(\\? |%20)of/);
    expect(await offered(shell, "diagnose", "--host", "")).toEqual([]);
    expect(await offered(shell, "diagnose", "--json", "--fi")).toEqual(["--fix"]);
  });
});

it("every command that has options of its own is defined for completion", async () => {
  const known = await definedCommands();
  expect(known.map(({ name }) => name)).toEqual(namesOf({ checkout: true }));
  expect(known.filter(({ definition }) => !definition).map(({ name }) => name)).toEqual(["pulumi"]);
});

it("the table has a line a word, and none is broken by a description", () => {
  const definition = new Command()
    .addOption(new Option("-m, --mode <mode>", "a | b\nc").choices(["a", "b"]))
    .option("--in <file>", "x")
    .option("--wait [seconds]", "x");
  expect(completionTable([{ name: "go", says: "goes", definition }]).split("\n")).toEqual([
    "|command|go||goes",
    "go|option|--mode|a b|a   b c",
    "go|option|-m|a b|a   b c",
    "go|option|--in|FILE|x",
    "go|option|--wait||x",
    "go|option|--help||show this help",
    "go|option|-h||show this help",
  ]);
});

it("a shell that is not known is said with those that are", async () => {
  const { exitCode, stderr } = await execa("node", ["operate/run.mjs", "completion", "tcsh"], {
    ...{ cwd: packageRoot, reject: false },
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
});
