import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { report } from "../sandbox/report.ts";
import { launchChromium } from "../test/browser/chromium.ts";

/*
 * Makes the picture of a comment for the README, as GitHub shows it:
 *   npm run preview -- --markdown --output summary.md && npx tsx docs/picture.ts summary.md docs/preview-comment.png
 */

const css = createRequire(import.meta.url).resolve("github-markdown-css/github-markdown-light.css");

/** GitHub colours the lines of a diff; its style sheet has the colours, and a program of its own finds the lines. */
const diffColours: Record<string, string> = { "+": "#dafbe1", "-": "#ffebe9", "!": "#fff8c5" };

async function page(markdown: string): Promise<string> {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  return `<meta charset="utf-8"><style>${await readFile(css, "utf8")}
    body { margin: 0; padding: 16px; background: #fff; display: inline-block; width: 888px }
    .markdown-body { border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; font-family: Cantarell, "DejaVu Sans", sans-serif }
    </style><article class="markdown-body">${coloured(html)}</article>`;
}

function coloured(html: string): string {
  return html.replace(/<code class="language-diff">([\s\S]*?)<\/code>/g, (_, text: string) => {
    const lines = text.split("\n").map((line) => {
      const colour = /^(\+\+\+|---)/.test(line) ? undefined : diffColours[line.charAt(0)];
      return colour
        ? `<span style="background:${colour};display:inline-block;width:100%">${line}</span>`
        : line;
    });
    return `<code>${lines.join("\n")}</code>`;
  });
}

async function picture(from: string, to: string): Promise<void> {
  await using browser = await launchChromium();
  const tab = await browser.newPage({ viewport: { width: 920, height: 400 } });
  // The first folded part is shown open, as a reader would.
  const open = (await page(await readFile(from, "utf8"))).replace("<details>", "<details open>");
  await tab.setContent(open);
  await tab.locator("body").screenshot({ path: to });
}

try {
  const [from, to] = process.argv.slice(2);
  if (!from || !to) throw new Error("usage: npx tsx docs/picture.ts SUMMARY.md PICTURE.png");
  await picture(from, to);
} catch (error) {
  report(error);
}
