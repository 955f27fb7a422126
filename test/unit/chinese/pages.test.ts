import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { anchorOf, type Section, sectionsOf, withoutComments } from "./markdown.ts";

/*
 * README.zh-CN.md and docs/zh say in Chinese what the English pages say: the same headings, blocks and code spans, one
 * after the other. Comments in blocks and what is drawn are translated.
 */

/** Pages that have no Chinese one, and why. */
const untranslated: Record<string, string> = {
  "docs/arguments.md": "made from the comments of the code",
  "docs/development.md": "for those who change this package",
  "docs/faults.md": "what was once wrong, and the test of each",
};

const text = (name: string) => readFileSync(join(packageRoot, name), "utf8");
const pagesIn = (folder: string) =>
  readdirSync(join(packageRoot, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${folder}/${file}`);
const chineseOf = (page: string) =>
  page === "README.md" ? "README.zh-CN.md" : page.replace("docs/", "docs/zh/");

const pages = ["README.md", ...pagesIn("docs").filter((page) => !(page in untranslated))];
const chinese = ["README.zh-CN.md", ...pagesIn("docs/zh")];

it("every page has one in Chinese, or a reason why not", () => {
  const missing = pages.filter((page) => !existsSync(join(packageRoot, chineseOf(page))));
  expect(missing.map((page) => `${chineseOf(page)} is missing: translate ${page}`)).toEqual([]);
  expect(Object.keys(untranslated).filter((page) => !existsSync(join(packageRoot, page)))).toEqual([]);
});

describe.each(pages.filter((page) => existsSync(join(packageRoot, chineseOf(page)))))(
  "%s in Chinese",
  (page) => {
    const english = sectionsOf(text(page));
    const own = sectionsOf(text(chineseOf(page)));

    it("has the same headings", () => {
      const outline = (sections: Section[]) => sections.map(({ level }) => "#".repeat(level));
      const at = english.findIndex(({ level }, i) => own[i]?.level !== level);
      const there = own[at === -1 ? english.length : at];
      const wanted = english[at];
      const where = `${chineseOf(page)}: at heading ${(at === -1 ? english.length : at) + 1} there should be ${shown(wanted)}, and there is ${shown(there)}`;
      expect(outline(own), where).toEqual(outline(english));
    });

    it("leads to the same pages and files", () => {
      const linked = filesLinked(chineseOf(page));
      const missing = filesLinked(page).filter((file) => !linked.includes(file));
      expect(missing.map((file) => `${chineseOf(page)}: no link to ${file}`)).toEqual([]);
    });

    it.each(english.map((section, i) => [section.heading, section, own[i]] as const))(
      "has the same commands, keys and outputs below “%s”",
      (_, wanted, there) => {
        const where = `${chineseOf(page)}, ${shown(there)} for ${shown(wanted)}`;
        expect(comparable(there), where).toEqual(comparable(wanted));
        expect(difference(wanted, there), where).toEqual({ missing: [], strange: [], rows: 0, inRows: [] });
      },
    );
  },
);

describe.each(chinese)("%s", (page) => {
  it("leads to headings that are there", () => {
    const links = [...text(page).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
    const wrong = links.filter(([, file, anchor]) => {
      const target = file ? join(dirname(page), file) : page;
      return !sectionsOf(text(target)).some(({ heading }) => anchorOf(heading) === anchor);
    });
    expect(wrong.map(([link]) => `${page}: no such heading: ${link}`)).toEqual([]);
  });

  it("leads to the Chinese page where there is one", () => {
    const links = [...text(page).matchAll(/\]\(([^)#:]+\.md)(?:#[^)]*)?\)/g)].map(([, link = ""]) =>
      join(dirname(page), link),
    );
    const english = links.filter(
      (link) => chineseOf(link) !== page && existsSync(join(packageRoot, chineseOf(link))),
    );
    expect(english.filter((link) => !link.startsWith("docs/zh/") && link !== "README.zh-CN.md")).toEqual([]);
  });
});

/** By their names alone: a page in Chinese has the name of the one in English. */
const filesLinked = (page: string) =>
  [...text(page).matchAll(/\]\(([^)#:]+)/g)]
    .map(([, file = ""]) => basename(file))
    .filter((file) => !file.startsWith("README"));

const shown = (section?: Section) =>
  section ? `“${"#".repeat(section.level)} ${section.heading}”` : "nothing";

/** Code spans that one of the two lacks, in its text or in a row of a table. */
function difference(wanted: Section, there?: Section) {
  const spans = there?.spans ?? [];
  const rows = there?.rows ?? [];
  return {
    missing: without(wanted.spans, spans),
    strange: without(spans, wanted.spans),
    rows: rows.length - wanted.rows.length,
    inRows: wanted.rows.flatMap((row, i) => {
      const differs = [...without(row, rows[i] ?? []), ...without(rows[i] ?? [], row)];
      return differs.map((span) => `row ${i + 1} (${row[0]}): ${span}`);
    }),
  };
}

const without = (all: readonly string[], known: readonly string[]) =>
  all.filter((span) => !known.includes(span));

/** Blocks without their comments, but for pictures. */
const comparable = (section?: Section) =>
  (section?.blocks ?? []).filter((block) => !block.startsWith("```mermaid")).map(withoutComments);
