import { describe, expect, it } from "vitest";
import { longest, summary } from "../../../../operate/preview/summary.ts";
import { made, message, repair, update } from "./support/made.ts";
import { backend, command, packages, site } from "./support/payloads.ts";

const lines = (
  count: number,
  text = "a line that is longer than lines usually are, so that there need not be very many of them",
) => Array.from({ length: count }, (_, index) => `${text} ${index}`).join("\n");

const siteLine = update("geo-site", { stdin: site() }, { stdin: site({ timeout: 60 }) });
const longCommand = update("geo-command", { stdin: command() }, { stdin: `${command()}${lines(1400)}` });
/** Every fence and every folded part that begins also ends: else the rest of the page would be swallowed. */
function balanced(text: string): void {
  let [fence, folded] = ["", 0];
  for (const line of text.split("\n")) {
    const [, marks = ""] = /^(`{3,})\w*$/.exec(line) ?? [];
    if (fence) fence = line === fence ? "" : fence;
    else if (marks) fence = marks;
    else folded += line.split("<details>").length - line.split("</details>").length;
  }
  expect({ fence, folded }).toEqual({ fence: "", folded: 0 });
}

describe("a summary that would be too long", () => {
  it("keeps what matters, cuts what says least, and says what it cut", () => {
    const text = summary(made([longCommand, siteLine], [message("info", "reach: nothing", "geo-command")]), {
      stack: "prod",
    });
    expect(text.length).toBeLessThanOrEqual(longest);
    expect(text).toContain("+        proxy_read_timeout 60s;");
    expect(text).toMatch(/… \d+ more lines, cut for their length/);
    expect(text).toContain("**Cut for its length:** <code>/usr/local/sbin/geo-system</code>");
    expect(text.length).toBeGreaterThan(longest * 0.9);
    balanced(text);
  });

  it("ends no sentence of a reach in its middle, and no name within a tag", () => {
    const gap =
      "the backend's port changes: new connections fail (502) from nginx's reload until the release serves";
    const reach = (parts: number) => {
      const said = message(
        "info",
        `reach: ${[...Array(parts - 1).fill("x".repeat(120)), gap].join("; ")}`,
        "geo-site",
      );
      return summary(made([siteLine], [said]), { stack: "prod" });
    };
    expect(reach(5)).toContain(`${"x".repeat(120)}; the backend's port changes: new connections fail`);
    expect(reach(5)).toContain("until the release serves |");
    expect(reach(30)).toMatch(/x; and 22 more: npm run preview \|$/m);
    const path = `/etc/${"long/".repeat(30)}name.conf`;
    const drift = message(
      "warning",
      `drift: x\n\n--- ${path} (on the host)\n+++ ${path} (desired)\n${lines(3000, "-what was there, in a line as long as they are")}`,
      "geo-site",
    );
    const text = summary(made([siteLine, longCommand], [drift]), { stack: "prod" });
    expect(text).toMatch(/^\*\*Cut for its length:\*\* (<code>[^<]+<\/code>, )*<code>[^<]+<\/code>\. Whole/m);
    expect(text).toMatch(/<code>….*name\.conf<\/code>/);
  });

  it("cuts diffs before drift, and drift's diffs before its reasons", () => {
    const drift = message(
      "warning",
      `drift: the site was edited\n\n--- /a (on the host)\n+++ /a (desired)\n@@ -1,3000 +1 @@\n${lines(3000, "-what was there, in a line as long as they are")}`,
      "geo-site",
    );
    const text = summary(made([repair("geo-site", { stdin: site() }), longCommand], [drift]), {
      stack: "prod",
    });
    expect(text.length).toBeLessThanOrEqual(longest);
    expect(text).toContain("the site was edited");
    expect(text).toContain("they are 10\n");
    expect(text).not.toContain("+a line that");
    expect(text).toMatch(/Cut for its length:\*\* <code>drift of \/a<\/code>, <code>\/usr\/local\/sbin/);
    balanced(text);
  });

  it.each([
    ["reasons", made([], [message("warning", lines(5000, "drift: a reason"), "geo-site")])],
    [
      "errors",
      made(
        [],
        Array.from({ length: 50 }, (_, index) => message("error", lines(200, `error ${index}`))),
      ),
    ],
    ["a failure's text", undefined],
    [
      "checks",
      made(
        [],
        Array.from({ length: 3000 }, (_, index) => message("warning", `check: number ${index} <&>`, "geo")),
      ),
    ],
    [
      "resources of others",
      made(
        Array.from({ length: 3000 }, (_, index) => ({
          op: "create",
          urn: `urn:pulumi:prod::shop::aws:s3:Bucket::${"<".repeat(100)}${index}`,
        })),
      ),
    ],
    [
      "files of a release",
      made([
        update(
          "geo-backend",
          { stdin: backend("a", {}) },
          {
            stdin: backend(
              "b",
              Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`src/${index}.ts`, "1"])),
            ),
          },
        ),
      ]),
    ],
    [
      "one line",
      made([update("geo-site", { stdin: site() }, { stdin: site({ names: "x".repeat(200_000) }) })]),
    ],
    [
      "backticks",
      made([update("geo-site", { stdin: site() }, { stdin: site({ names: "`".repeat(50_000) }) })]),
    ],
    [
      "hosts",
      made(
        Array.from({ length: 500 }, (_, index) =>
          update(`h${index}-packages`, { stdin: packages() }, { stdin: packages(`26.${index}`) }),
        ),
      ),
    ],
  ])("stays short with very many %s", { timeout: 20_000 }, (_, preview) => {
    const text = summary(preview, {
      stack: "prod",
      failure: preview ? undefined : lines(9000),
      note: "n".repeat(9000),
    });
    expect(text.length).toBeLessThanOrEqual(longest);
    expect(text.split("\n")[1]).toMatch(/^### prod: /);
    balanced(text);
  });

  it("does not take long for files that have nothing in common", { timeout: 20_000 }, () => {
    const steps = [update("geo-command", { stdin: lines(20_000, "old") }, { stdin: lines(20_000, "new") })];
    expect(summary(made(steps), { stack: "prod" })).toContain("+20000 −20000: too long to show");
  });
});
