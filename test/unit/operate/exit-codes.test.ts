import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { commands, namesOf } from "../../../operate/commands.mjs";

const minute = 60_000;
const page = readFileSync(join(packageRoot, "docs/commands.md"), "utf8");

/** In a folder without a Pulumi.yaml, as a person types it. */
const geoSystem = (...args: string[]) =>
  execa("node", [join(packageRoot, "operate/geo-system.mjs"), ...args], {
    ...{ cwd: mkdtempSync(join(tmpdir(), "exit-")), reject: false, env: { NO_COLOR: "1" } },
  });

it("the page has every command, as the help says it", () => {
  for (const name of namesOf({ checkout: true })) expect(page).toContain(`\n| \`${name}\` | `);
  expect(Object.keys(commands)).toHaveLength(page.match(/^\| `[a-z-]+` \|/gm)?.length ?? 0);
});

it.each(Object.keys(commands).filter((name) => name !== "pulumi" && name !== "up" && name !== "preview"))(
  "a mistyped option of %s ends it with 2",
  async (name) => {
    expect(await geoSystem(name, "--mistypd")).toMatchObject({ exitCode: 2, stdout: "" });
  },
  minute,
);

it("what could not be asked is 2, what is known is 0", { timeout: minute }, async () => {
  expect(await geoSystem("diagnose", "--explain", "no such message at all")).toMatchObject({ exitCode: 2 });
  const known = await geoSystem("diagnose", "--json", "--explain", "504 Gateway Time-out");
  expect(known.exitCode).toBe(0);
  expect(JSON.parse(known.stdout)).toMatchObject({ known: true, means: expect.any(String) });
  expect(await geoSystem("status", "--host", "a", "--stack", "b")).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await geoSystem("comment", "pull-request", "--body", "none.md")).toMatchObject({ exitCode: 2 });
});

it("a broken host is 1", { timeout: minute }, async () => {
  const closed = await geoSystem("diagnose", "--url", "ws://127.0.0.1:9/ws", "--timeout", "2");
  expect(closed).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^Broken at /m) });
});
