import { describe, expect, it } from "vitest";
import { fileDiff } from "../../../../operate/preview/file-diff.ts";
import { code, fence, inline, visible } from "../../../../operate/preview/markdown.ts";
import { prose, rendered } from "./support/rendered.ts";

describe("text in Markdown", () => {
  it.each(["a_b_c", "*x*", "a | b", "`code`", "<b>", "1 & 2", "~~x~~", "# no heading", "[a](b)", "\\"])(
    "is read as it was written: %s",
    (text) => {
      expect(prose(rendered(inline(text))).trim()).toBe(
        text.replace(/&/, "&amp;").replace("<b>", "&lt;b&gt;"),
      );
    },
  );

  it("calls nobody, and no issue", () => {
    expect(inline("by @me in #12")).toBe("by <code>@me</code> in <code>#12</code>");
  });

  it("is one line, also as code", () => {
    expect(inline("a\n\n  b")).toBe("a b");
    expect(code("a\n|b")).toBe("<code>a &#124;b</code>");
  });

  it("has nothing in it that cannot be seen", () => {
    expect(visible("a\u202eb\u0000\tc\r\n")).toBe("a\\u202eb\\u0000\tc\\u000d\n");
  });

  it.each(["a", "```", "a ```` b", "`".repeat(100_000)])("ends no fence: %j", (text) => {
    const [, html = ""] = /<pre><code>([\s\S]*)<\/code><\/pre>/.exec(rendered(fence(text))) ?? [];
    expect(html.trim()).toBe(text.length > 1000 ? "[100000 backticks]" : text);
  });
});

describe("the diff of a file", () => {
  const side = (text: string, owner?: string) => ({ text, ...(owner && { owner }) });

  it.each([
    ["the same", side("a\n"), side("a\n")],
    ["only the end of the last line", side("a"), side("a\n")],
    ["no file at all", undefined, undefined],
  ])("is none where nothing differs: %s", (_, before, after) => {
    expect(fileDiff("/f", before, after)).toBeUndefined();
  });

  it("shows an owner or a mode that changes, also alone", () => {
    const found = fileDiff("/f", side("a", "root:root 0644"), side("a", "root:root 0600"));
    expect(found?.patch).toContain("--- /f (root:root 0644)\n+++ /f (root:root 0600)");
  });

  it("tells an empty file from none", () => {
    expect(fileDiff("/f", undefined, side(""))).toMatchObject({ isNew: true, added: 0 });
  });

  it("shows the end of lines that an editor of another system left", () => {
    expect(fileDiff("/f", side("a\n"), side("a\r\n"))?.patch).toContain("+a\\u000d");
  });
});
