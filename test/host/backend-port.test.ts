import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FixtureBackend, fixture } from "./support/backend.ts";
import { startBackendHost, type Users } from "./support/users.ts";

/*
 * Backends that have their ports in their code. What is loaded before that code puts them where nginx looks for them, so
 * that two releases of them can run at a time.
 */
let backend: FixtureBackend;
let users: Users;

const real = readFileSync(join(fixture, "server.js"), "utf8");
/** The fixture, listening by other words. */
const listening = (words: string) => real.replace("server.listen(Number(env.PORT), env.HOST,", words);
const metrics = 'createServer((_, response) => response.end("up 1")).listen(9090, "127.0.0.1");';

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("port"));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

describe.each([
  ["fork mode", {}],
  ["cluster mode", { backendInstances: 2 }],
])("in %s a backend with port 3000 in its code, and 9090 for its metrics", (_, mode) => {
  const fixed = { "server.js": `${listening("server.listen(3000,")}\n${metrics}` };

  it("is released like any other, and it is said what was done for it", async () => {
    // Between the modes, two processes would want port 9090 in different ways.
    await backend.apply(await backend.release("one", fixed), { ...mode, handoverSeconds: 0 });
    const release = await backend.release("two", fixed);
    const said = await users.unnoticed(() => backend.apply(release, mode));
    expect(said).toContain("note: its code listens on 3000 whatever PORT says: it was put on 3001\n");
    expect(said).toContain("note: it listens on all addresses: kept to loopback, where nginx reaches it\n");
    expect(await backend.seen()).toMatchObject({ release: "two", env: { PORT: "3000" } });
    expect(await backend.host.run("curl -s 127.0.0.1:9090")).toBe("up 1");
    expect(await backend.host.run("sudo ss -Hltn 'sport = :3000' | awk '{ print $4 }' | sort -u")).toBe(
      "127.0.0.1:3000",
    );
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("a release that does not serve on its port", () => {
  it("says on which other one it listens", async () => {
    backend.patience = { ...backend.patience, patience: 3 };
    const elsewhere = { "server.js": listening('server.listen(8080, "127.0.0.1",') };
    const said = await backend.refused(await backend.release("elsewhere", elsewhere));
    expect(said).toMatch(
      /it did not listen on port 3001 within 3\.\d s: it listens on 8080, and PORT was 3001; set backendPort to 8080/,
    );
    expect((await backend.seen()).release).toBe("two");
  });

  it("says how it ended", async () => {
    const ends = { "server.js": "setTimeout(() => process.exit(3), 400);" };
    const said = await backend.refused(await backend.release("ends", ends));
    expect(said).toMatch(/it ended with exit code 3 after \d\.\d s, before it listened on port 3001/);
  });

  it("says that it ended, and not that nginx is down, where it does so before its first client", async () => {
    const ends = { "server.js": `${real}\nserver.on("listening", () => setTimeout(process.exit, 30, 3));` };
    const said = await backend.refused(await backend.release("ends", ends));
    expect(said).toMatch(/it ended with exit code 3 after/);
    expect(said).not.toContain("nginx");
    expect((await backend.seen()).release).toBe("two");
  });
});
