import { posix } from "node:path";

/*
 * Which files have a name of their own for each content, so that browsers may keep them for ever. A wrong yes shows users
 * an old file for a year, a wrong no costs a question that is answered with 304: in doubt it is no.
 */

/** Folders that bundlers fill with nothing else: Next.js, SvelteKit. */
const folders = /(^|\/)(_next\/static|_app\/immutable)\//;

const mixed = (token: string) => /[a-z]/i.test(token) && /\d/.test(token);

/** `main.3b5f9c1d.chunk.js` (webpack), `5b7b1dc8a9d8bb8a.css` (Next.js), `main-ABCD2345.js` (Angular, esbuild). */
function hasHash(name: string): boolean {
  const tokens = [...name.matchAll(/(?<=^|[._-])([0-9a-f]{8,64}|[A-Z2-7]{8})(?=\.)/g)];
  return tokens.some(([token]) => mixed(token));
}

/** `index-DiwrgTda.js`, `index-D_wrg-da.css` (Vite, Rollup): eight digits of base64url, which may also be a word. */
const vite = /-([A-Za-z0-9_-]{8})(\.[a-z0-9]+)+$/;
const isNoWord = (token: string) => /[a-z]/.test(token) && /[A-Z]/.test(token) && /[\d_-]/.test(token);

/** A page is asked for by its own name. */
const isPage = (path: string) => /\.html?$/i.test(path);

/**
 * Tells by their names. Names as Vite gives them count where all files of a folder have one, and one of them is no word.
 *
 * @example hashedAmong(["index.html", "assets/index-D1wrgTda.js"]) // Set { "assets/index-D1wrgTda.js" }
 */
export function hashedAmong(paths: readonly string[]): Set<string> {
  const filled = new Set(byFolder(paths).filter(isFilledByVite).flat());
  const isHashed = (path: string) => filled.has(path) || folders.test(path) || hasHash(posix.basename(path));
  return new Set(paths.filter((path) => !isPage(path) && isHashed(path)));
}

function byFolder(paths: readonly string[]): string[][] {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    const others = found.get(folder);
    if (others) others.push(path);
    else found.set(folder, [path]);
  }
  return [...found.values()];
}

function isFilledByVite(paths: readonly string[]): boolean {
  const tokens = paths.flatMap((path) => vite.exec(path)?.[1] ?? []);
  return (
    paths.every((path) => vite.test(path) || hasHash(posix.basename(path))) &&
    tokens.some(isNoWord) &&
    paths.some((path) => /\.(m?js|css)$/.test(path))
  );
}
