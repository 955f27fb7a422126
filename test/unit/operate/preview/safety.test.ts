import { describe, expect, it } from "vitest";
import { summary } from "../../../../operate/preview/summary.ts";
import { create, made, message, remove, repair, update } from "./support/made.ts";
import { backend, site } from "./support/payloads.ts";
import { elements, prose, rendered } from "./support/rendered.ts";

const canary = "CANARY-7f3a";
const key = `-----BEGIN EC PRIVATE KEY-----\n${canary}\n-----END EC PRIVATE KEY-----`;

describe("a secret", () => {
  const signature = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: canary,
  };

  it.each([
    ["of the environment", "geo-environment"],
    ["of the certificate", "geo-certificate"],
    ["of the certificate's key", "geo-ca-key"],
  ])("%s is not shown, not even where Pulumi showed it", (_, name) => {
    const steps = [
      create(name, { stdin: `TOKEN=${canary}`, privateKeyPem: canary }),
      update(name, { stdin: "TOKEN=old" }, { stdin: `TOKEN=${canary}`, privateKeyPem: canary }),
      remove(name, { stdin: `TOKEN=${canary}` }),
      update(name, { stdin: signature }, { stdin: { ...signature, plaintext: `${canary}2` } }),
    ];
    for (const step of steps) {
      const text = summary(made([step]), { stack: "prod" });
      expect(text).toContain("| ");
      expect(text).not.toContain(canary);
    }
  });

  it("of somebody's own resource is not shown: of these only the names of what changes are", () => {
    const own = {
      op: "update",
      urn: "urn:pulumi:prod::shop::aws:rds:Instance::db",
      oldState: { inputs: { password: "old", user: "me" } },
      newState: { inputs: { password: canary, user: "me" }, outputs: { password: canary } },
      detailedDiff: { password: { kind: "update" } },
    };
    const text = summary(made([own]), { stack: "prod" });
    expect(text).toContain("| Instance db | update | <code>password</code> |");
    expect(text).not.toContain(canary);
  });

  it("is not shown in a drift of what is secret, whatever the message carries", () => {
    const text = `drift: the environment differs\n\n--- a (on the host)\n+++ a (desired)\n@@ -1 +1 @@\n-${canary}\n+x`;
    const said = summary(made([], [message("warning", text, "geo-environment")]), { stack: "prod" });
    expect(said).toContain("the environment differs");
    expect(said).not.toContain(canary);
  });

  it("is cut out where it is a private key, wherever it stands", () => {
    const text = summary(
      made(
        [update("geo-site", { stdin: site() }, { stdin: site({ names: `\n${key}\n` }) })],
        [
          message("error", `it failed:\n${key}`),
          message("warning", `drift: edited\n\n--- a\n+++ a\n-${key}`, "geo-site"),
        ],
      ),
      { stack: "prod", failure: key },
    );
    expect(text).toContain("[private key]");
    expect(text).not.toContain(canary);
  });
});

describe("text that wants out of its place", () => {
  const traps = [
    "```\n</details>\n<script>alert(1)</script>",
    "`````\n# heading",
    "@octocat please, see #1 and GH-2",
    "![](https://example.org/pixel.png) [link](javascript:alert(1))",
    '<img src=x onerror="alert(1)"> </code></summary><h1>big</h1>',
    "| a | b |\n| --- | --- |\n| *c* | **d** |",
    "-->\n<!-- geo-system preview of other -->",
    "\\`<b>\\`</b> &lt;i&gt; ~~gone~~ $x$",
    "$$\\unicode{x}$$",
    "\u202e\u2066}code that looks like other code\u2069",
  ];

  it.each(traps)("stays in it: %j", (trap) => {
    const file = `/etc/${trap.replace(/\n/g, " ")}`;
    const oldFiles = { "a.js": "1" };
    const preview = made(
      [
        update("geo-site", { stdin: site() }, { stdin: site({ names: trap }) }),
        update(
          "geo-backend",
          { stdin: backend("r1", oldFiles, trap) },
          {
            stdin: backend(
              trap.replace(/\s/g, ""),
              { ...oldFiles, [trap.replace(/\n/g, " ")]: "2" },
              `${trap}2`,
            ),
          },
        ),
        {
          op: "create",
          urn: `urn:pulumi:prod::shop::aws:s3:Bucket::${trap}`,
          newState: { inputs: { [trap]: trap } },
        },
        { op: "update", urn: `urn:pulumi:prod::shop::aws:s3:Bucket::b`, detailedDiff: { [trap]: {} } },
      ],
      [
        message("info", `reach: ${trap}`, "geo-site"),
        message(
          "warning",
          `drift: ${trap}\n\n--- ${file} (on the host)\n+++ ${file} (desired)\n@@ -1 +1 @@\n-${trap}\n+x`,
          "geo-site",
        ),
        message("warning", `check: ${trap}`, "geo"),
        message("warning", `unverified: ${trap}`, "geo"),
        message("error", `refused: ${trap}`, "geo-site"),
      ],
    );
    const text = summary(preview, { stack: trap.replace(/\n/g, " "), note: trap });
    const html = rendered(text);
    const ours = [
      "br",
      "blockquote",
      "code",
      "details",
      "h3",
      "h4",
      "li",
      "p",
      "pre",
      "strong",
      "sub",
      "summary",
      "table",
      "tbody",
      "td",
      "th",
      "thead",
      "tr",
      "ul",
    ];
    // An address that GitHub links by itself says where it leads, so it is no trap.
    expect(elements(html).filter((name) => !ours.includes(name) && name !== "a")).toEqual([]);
    expect(html).not.toMatch(/<a href="javascript/);
    expect(html.match(/<details>/g)?.length).toBe(html.match(/<\/details>/g)?.length);
    expect(prose(html)).not.toMatch(/@octocat|#1\b|GH-2/);
    expect(text.match(/<!--/g)?.length).toBe(1 + fenced(text, "<!--"));
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});

/** How often something stands inside of fences, where it is only text. */
function fenced(text: string, what: string): number {
  return [...text.matchAll(/^(`{3,})\w*\n([\s\S]*?)\n\1$/gm)].reduce(
    (count, [, , body]) => count + String(body).split(what).length - 1,
    0,
  );
}

describe("the same preview", () => {
  it("gives the same text, in whatever order its messages came", () => {
    const messages = [
      message("info", "reach: nginx reload, connections stay", "geo-site"),
      message("warning", "drift: a", "geo-site"),
      message("warning", "drift: b", "geo-firewall"),
      message("warning", "check: one", "geo"),
      message("info", "check: two", "geo"),
    ];
    const steps = [repair("geo-site", { stdin: site() }), repair("geo-firewall", { stdin: "x" })];
    const texts = [0, 1, 2, 3, 4].map((turn) =>
      summary(
        made(turn % 2 ? steps : steps.toReversed(), [...messages.slice(turn), ...messages.slice(0, turn)]),
        {
          stack: "prod",
        },
      ),
    );
    expect(new Set(texts).size).toBe(1);
  });
});
