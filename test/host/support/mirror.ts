import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { TestHost } from "../../support/host.ts";

/** A web server on this machine that the host reaches, such as a mirror of nodejs.org/dist. */
export interface Mirror extends AsyncDisposable {
  url: string;
}

/** @param files what it serves, by the path after the first slash */
export async function startMirror(host: TestHost, files: Map<string, Buffer | string>): Promise<Mirror> {
  const server = createServer(({ url = "" }, response) => {
    const file = files.get(url.slice(1));
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await once(server.listen(0), "listening");
  const gateway = host.address.replace(/\d+$/, "1");
  return {
    url: `http://${gateway}:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      await once(server.close(), "close");
    },
  };
}

/** An archive as nodejs.org has them, with a `node` that does nothing but say its version; and its checksums. */
export async function nodeArchive(version: string): Promise<Map<string, Buffer | string>> {
  const folder = `node-v${version}-linux-${process.arch}`;
  const archive = await packed(folder, {
    "bin/node": `#!/bin/sh\necho v${version}\n`,
    "bin/npm": "#!/bin/sh\necho 11.0.0\n",
    "bin/npx": "#!/bin/sh\necho 11.0.0\n",
    "lib/node_modules/npm/package.json": '{\n  "version": "11.0.0"\n}\n',
    "include/node/node.h": "",
  });
  const sum = createHash("sha256").update(archive).digest("hex");
  return new Map<string, Buffer | string>([
    [`v${version}/${folder}.tar.xz`, archive],
    [`v${version}/SHASUMS256.txt`, `${sum}  ${folder}.tar.xz\n`],
  ]);
}

async function packed(name: string, files: Record<string, string>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), text, { mode: 0o755 });
    }
    await execa("tar", ["-cJf", "archive.tar.xz", name], { cwd: folder });
    return readFileSync(join(folder, "archive.tar.xz"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
