/** Names of query parameters that carry a secret, as backends call them. */
const secret =
  /^(access[_-]?token|auth([_-]?token)?|authorization|bearer|api[_-]?key|key|jwt|id[_-]?token|pass(word|code)?|secret|session([_-]?id)?|sig(nature)?|ticket|token)$/i;

/** A secret in the query of a URL. */
export interface UrlSecret {
  name: string;
  value: string;
}

/** What in the query of a WebSocket address is the client's secret; `token` first. */
export function urlSecrets(url: URL): UrlSecret[] {
  const found = [...url.searchParams]
    .map(([name, value]) => ({ name, value }))
    .filter(({ name, value }) => secret.test(name) && value !== "");
  return found.sort((a, b) => Number(b.name === "token") - Number(a.name === "token"));
}

/** The same address with another value there; without it where the value is empty. */
export function withSecret(url: URL, name: string, value: string): URL {
  const other = new URL(url);
  if (value === "") other.searchParams.delete(name);
  else other.searchParams.set(name, value);
  return other;
}
