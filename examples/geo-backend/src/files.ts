import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";

export interface ServedFile {
  type: string;
  body: Buffer;
  etag: string;
}

const folder = new URL("../public/", import.meta.url);

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The page's files by URL path. They are read once, and nothing else can be asked for: a path is only ever looked
 * up here, never on the disk.
 */
export async function readPublicFiles(websocketPath: string): Promise<ReadonlyMap<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (!type) continue;
    const body = await readFile(new URL(name, folder));
    if (name === "index.html") files.set("/", served(type, withPath(body, websocketPath)));
    else files.set(`/${name}`, served(type, body));
  }
  return files;
}

/** The page learns from its own text where the WebSocket is. */
function withPath(html: Buffer, websocketPath: string): Buffer {
  return Buffer.from(html.toString().replace("{{websocketPath}}", () => websocketPath));
}

function served(type: string, body: Buffer): ServedFile {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return { type, body, etag: `"${hash}"` };
}
