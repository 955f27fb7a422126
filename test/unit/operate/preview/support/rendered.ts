import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** What a browser would be given for this Markdown, before GitHub's own cleaning: HTML in it passes through. */
export function rendered(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** The names of all elements, each once. */
export function elements(html: string): string[] {
  return [
    ...new Set([...html.matchAll(/<([a-z][\w-]*)/gi)].map(([, name]) => String(name).toLowerCase())),
  ].sort();
}

/** The text outside of code, where GitHub looks for people and issues to link. */
export function prose(html: string): string {
  return html.replace(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, "").replace(/<!--[\s\S]*?-->|<[^>]+>/g, " ");
}
