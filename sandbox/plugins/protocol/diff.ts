import { Asset, isProperties, type Properties, Secret, Unknown, type Value } from "./values.ts";

export type ChangeKind = "add" | "delete" | "update";

export interface Change {
  kind: ChangeKind;
  /** This change cannot be made in place. */
  replace: boolean;
  /** It replaces the resource, and no path of the detailed diff shows it. */
  pathless?: boolean;
}

/** What changes, by property path (`stdin`, `connection.host`, `triggers[0]`). Empty: nothing does. */
export type Diff = Map<string, Change>;

/** Compares old and new values of the named properties, as deep as both sides have the same shape. */
export function diffProperties(old: Properties, news: Properties, names: readonly string[]): Diff {
  const diff: Diff = new Map();
  for (const name of names) diffValue(name, old[name], news[name], diff);
  return diff;
}

function diffValue(path: string, old: Value | undefined, now: Value | undefined, diff: Diff): void {
  if (absent(old) || absent(now)) {
    if (absent(old) && absent(now)) return;
    diff.set(path, { kind: absent(old) ? "add" : "delete", replace: false });
  } else if (Array.isArray(old) && Array.isArray(now)) {
    const length = Math.max(old.length, now.length);
    for (let i = 0; i < length; i++) diffValue(`${path}[${i}]`, old[i], now[i], diff);
  } else if (isProperties(old) && isProperties(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    for (const key of keys) diffValue(path + step(key), old[key], now[key], diff);
  } else if (!equal(old, now)) {
    diff.set(path, { kind: "update", replace: false });
  }
}

function step(key: string): string {
  return /^[\p{L}\p{N}_$-]+$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function absent(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** Deep equality as the engine sees it: a secret equals only a secret, an unknown equals only an unknown. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (absent(a) || absent(b)) return absent(a) && absent(b);
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && equal(a.value, b.value);
  }
  if (a instanceof Unknown || b instanceof Unknown) return a instanceof Unknown && b instanceof Unknown;
  if (a instanceof Asset || b instanceof Asset) {
    return a instanceof Asset && b instanceof Asset && sameAsset(a, b);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => equal(item, b[i]));
  }
  if (!isProperties(a) || !isProperties(b)) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => equal(a[key], b[key]));
}

// The content counts, not its path: an asset that moved is the same asset.
function sameAsset(a: Asset, b: Asset): boolean {
  const hash = (asset: Asset) => asset.fields.hash || JSON.stringify(asset.fields);
  return a.kind === b.kind && hash(a) === hash(b);
}
