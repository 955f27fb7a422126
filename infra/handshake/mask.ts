/** Takes a secret out of texts, in every form in which a URL or a message may carry it. */
export function masking(secret: string): (text: string) => string {
  if (secret === "") return (text) => text;
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, "<token>"), text);
}

/** A URL as it may be shown: without its query, which may hold a token. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
