import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, it } from "vitest";

const preload = fileURLToPath(new URL("../../templates/pm2/preload.cjs", import.meta.url));
/** What the host tells a backend on the standby port, which has 39101 in its code. */
const env = { ...process.env, PORT: "39102", HOST: "127.0.0.1", GEO_SYSTEM_PORT: "39101" };

/** Where a server listens that is asked to in these words, and what is said of it. */
async function listening(words: string, extra: string[] = []): Promise<[string, string[]]> {
  const code = `
    const { createServer } = require("node:http"), net = require("node:net"), fs = require("node:fs");
    const server = createServer();
    server.listen(${words});
    server.once("listening", () => {
      const address = server.address();
      console.log(typeof address === "string" ? address : address.address + " " + address.port);
      process.exit();
    });`;
  const { stdout } = await execa(process.execPath, ["--require", preload, ...extra, "-e", code], { env });
  const lines = stdout.split("\n");
  return [lines.at(-1) ?? "", lines.slice(0, -1)];
}

const moved = "[geo-system] its code listens on 39101 whatever PORT says: it was put on 39102";
const everywhere = "[geo-system] it listens on all addresses: kept to loopback, where nginx reaches it";
const zero = "[geo-system] it listens on 0.0.0.0: kept to loopback, where nginx reaches it";

it.each([
  ["39101", "127.0.0.1 39102", [moved, everywhere]],
  ['"39101", () => {}', "127.0.0.1 39102", [moved, everywhere]],
  ['39101, "0.0.0.0", 100, () => {}', "127.0.0.1 39102", [moved, zero]],
  ['{ port: 39101, host: "localhost", backlog: 10 }, () => {}', "127.0.0.1 39102", [moved]],
  ["process.env.PORT", "127.0.0.1 39102", [everywhere]],
  ["Number(process.env.PORT), process.env.HOST", "127.0.0.1 39102", []],
  ['39103, "127.0.0.2"', "127.0.0.2 39103", []],
  ["{ port: 39103 }", ":: 39103", []],
  ['"/tmp/geo-system-preload-" + process.pid', expect.stringContaining("/tmp/geo-system-preload-"), []],
  ["{ path: `/tmp/geo-system-preload-o-${process.pid}` }", expect.stringContaining("preload-o-"), []],
  ["net.createServer().listen(39104)", ":: 39104", []],
  ["net.createServer().listen(39104)._handle", ":: 39104", []],
])("a server that listens on %s is at %s", async (words, where, said) => {
  const [address, lines] = await listening(words);
  expect([address, lines]).toEqual([where, said]);
});

it("is asked for a random port as ever", async () => {
  for (const words of ["", "0", "null", "() => {}"]) {
    const [address] = await listening(words);
    expect(address).toMatch(/^:: (?!39101|39102)\d+$/);
  }
});

it("leaves its port and any other that it opened, and comes back", async () => {
  const code = `
    const { createServer } = require("node:http");
    createServer().listen(39105, () => createServer().listen(process.env.PORT, () => console.log("up")));`;
  const child = spawn(process.execPath, ["--require", preload, "-e", code], { env });
  const ports = async () => {
    const { stdout } = await execa("ss", ["-Hltnp"]);
    const lines = stdout.split("\n").filter((line) => line.includes(`pid=${child.pid},`));
    return lines.map((line) => /:(\d+)\s/.exec(line)?.[1]).sort();
  };
  try {
    await once(child.stdout, "data");
    expect(await ports()).toEqual(["39102", "39105"]);
    child.kill("SIGURG");
    await expect.poll(ports).toEqual([]);
    child.kill("SIGCONT");
    await expect.poll(ports).toEqual(["39102", "39105"]);
  } finally {
    child.kill();
  }
});
