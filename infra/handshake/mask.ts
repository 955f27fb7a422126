/** Letters; a secret of fewer is a part of many a word that has nothing to do with it. */
const short = 6;

function asPattern(form: string): RegExp {
  const itself = form.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  return new RegExp(form.length < short ? `(?<![A-Za-z0-9])${itself}(?![A-Za-z0-9])` : itself, "g");
}

/** Takes a secret out of texts, in every form in which a URL or a message may carry it. */
export function masking(secret: string): (text: string) => string {
  if (secret === "") return (text) => text;
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  const patterns = [...new Set(forms)].map(asPattern);
  return (text) => patterns.reduce((masked, pattern) => masked.replace(pattern, "<token>"), text);
}

/** A URL as it may be shown: without its query, which may hold a token. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
