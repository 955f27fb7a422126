import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factsOf } from "../../infra/host/facts.ts";
import { gatherFacts } from "../../infra/host/gather.ts";
import { writtenNotes } from "../../infra/preview/data.ts";
import type { Release } from "../../infra/render/release.ts";
import type { TestHost } from "../support/host.ts";
import { untilPrints } from "../support/wait.ts";
import { FixtureBackend, fixture } from "./support/backend.ts";
import { result, startServedHost } from "./support/served-host.ts";

/** Writes a line every 5 ms, into a file that it holds open and into one that it opens each time. */
const writing = `const fs = require("node:fs");
fs.mkdirSync(__dirname + "/data/用户 users", { recursive: true });
const held = fs.openSync(__dirname + "/data/held.txt", "a");
let n = 0;
setInterval(() => {
  n += 1;
  fs.writeSync(held, pid + " " + n + "\\n");
  fs.appendFileSync(__dirname + "/data/用户 users/opened.txt", pid + " " + n + "\\n");
}, 5);
`;
const server = readFileSync(join(fixture, "server.js"), "utf8") + writing;
const root = "/srv/geo-backend";
const files = ["held.txt", "用户 users/opened.txt"];

let host: TestHost;
let backend: FixtureBackend;
let [one, two]: Release[] = [];

const release = (name: string, changes: Record<string, string> = {}) =>
  backend.release(name, { "server.js": server, ...changes });
const ls = (path: string) => host.run(`sudo ls -A '${root}/${path}'`);
const cat = (path: string) => host.run(`sudo sh -c "cat ${root}/${path}"`);

/** Every process wrote 1, 2, 3 … without a gap. */
async function expectNothingLost(file: string) {
  const counts = new Map<string, number>();
  for (const line of (await cat(`'shared/data/${file}'`)).trim().split("\n")) {
    const [pid = "", n] = line.split(" ");
    expect(Number(n), `${file}, process ${pid}`).toBe((counts.get(pid) ?? 0) + 1);
    counts.set(pid, Number(n));
  }
  return counts;
}

beforeAll(async () => {
  host = await startServedHost("data");
  backend = await FixtureBackend.on(host);
  await backend.environment(); // with the token of the handshake
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe.sequential("what a release writes", () => {
  it("into its own folder is named by a preview, with what to set", async () => {
    one = await release("one");
    await backend.apply(one);
    await untilPrints((c) => host.run(c), `sudo ls ${root}/current/data`, /users/);
    await host.run(`mkdir ${root}/current/data/more && touch ${root}/current/node_modules/ours.txt`);
    const key = { ...host.info, host: host.address, privateKey: readFileSync(host.info.keyPath, "utf8") };
    const facts = factsOf(await gatherFacts(key, new Map([["backend", backend.payload(one)]])), "backend");
    const [note] = writtenNotes(facts, []);
    expect(note).toMatch(
      new RegExp(
        `^release ${one.hash} wrote into its own folder: data/ \\(2 files, .*"data"\\] in backendShared`,
      ),
    );
    expect(writtenNotes(facts, ["data"])).toEqual([]);
    expect(await backend.check()).toBe("unchanged");
  });
});

describe.sequential("a shared folder", () => {
  const shared = { backendShared: ["data"] };

  it("is refused where both the release and shared have something, and nothing is changed", async () => {
    await host.run(`mkdir ${root}/shared/data && echo theirs > ${root}/shared/data/theirs.txt`);
    expect(await backend.refused(one as Release, shared)).toMatch(
      /data is in the running release .* and in \/srv\/geo-backend\/shared\/data as well/,
    );
    expect(await ls("current/data")).toContain("held.txt");
    await host.run(`rm -r ${root}/shared/data`);
  });

  it("is refused where shared is another disk, and the backend serves on", async () => {
    await host.run(`sudo mount -t tmpfs -o uid=1000 tmpfs ${root}/shared`);
    expect(await backend.refused(one as Release, shared)).toContain("they are on different disks");
    expect(await ls("shared")).toBe("");
    await host.run(`sudo umount ${root}/shared`);
    expect(await backend.seen()).toMatchObject({ release: "one" });
  });

  it("is refused of a database file whose journal is beside it, which would be two databases, and nothing is changed", async () => {
    const names = `${root}/current/{state.db,state.db-wal}`;
    await host.run(`sudo -u ubuntu bash -c 'touch ${names}'`);
    const said = await backend.refused(one as Release, { backendShared: ["state.db"] });
    expect(said).toMatch(
      /backendShared: state\.db of the running release is a database in use: its journal is beside it/,
    );
    expect(await host.run(`bash -c 'stat -c %F ${names}'`)).toBe("regular empty file\nregular empty file");
    await host.run(`sudo -u ubuntu bash -c 'rm ${names}'`);
    expect(await backend.check()).toBe("unchanged");
  });

  it("takes along what the running release has, while it writes on, and nobody is disturbed", async () => {
    await host.run(`ln -s ${root}/shared/data ${root}/shared/data`); // an earlier run was cut short here
    const before = await backend.seen();
    const said = await backend.apply(one as Release, shared);
    expect(said).toContain(
      "moved data of the running release to /srv/geo-backend/shared/data, and linked it",
    );
    expect((await backend.seen()).pid).toBe(before.pid);
    expect(await backend.check()).toBe("unchanged");
    expect(result(await backend.apply(one as Release, shared))).toBe("unchanged");
    const count = async () => (await expectNothingLost(files[0] as string)).get(String(before.pid)) ?? 0;
    const now = await count();
    await untilPrints(
      (c) => host.run(c),
      `sudo wc -l < ${root}/shared/data/held.txt`,
      new RegExp(`^(?!${now}$)`),
    );
    for (const file of files) await expectNothingLost(file);
    expect(await host.run(`stat -c '%U %a' ${root}/shared/data`)).toMatch(/^ubuntu 7/);
  });

  it("is the next release's, which has not to be told, and its archive's content is not used", async () => {
    two = await release("two", { "data/held.txt": "from the archive\n", "data/seed.json": "{}" });
    const said = await backend.apply(two, shared);
    expect(said).toContain(
      `data of release ${two.hash} is not used: /srv/geo-backend/shared/data is there already`,
    );
    expect(await host.run(`readlink ${root}/current/data`)).toBe(`${root}/shared/data`);
    for (const file of files) expect((await expectNothingLost(file)).size).toBeGreaterThan(1);
    expect(await ls("shared/data")).not.toContain("seed.json");
    expect(await backend.check()).toBe("unchanged");
    expect(result(await backend.apply(two, shared))).toBe("unchanged");
  });

  it("stays through a rollback", async () => {
    await host.run("sudo geo-system backend rollback");
    expect(await backend.seen()).toMatchObject({ release: "one" });
    expect(await host.run(`readlink ${root}/current/data`)).toBe(`${root}/shared/data`);
    for (const file of files) await expectNothingLost(file);
    await backend.apply(two as Release, shared);
  });

  it("is drift where the link or the folder is gone, and mended around the process", async () => {
    const cache = { backendShared: ["data", "cache"] };
    expect(await backend.apply(two as Release, cache)).toContain("made /srv/geo-backend/shared/cache");
    const before = await backend.seen();
    await host.run(`rm ${root}/current/cache; rmdir ${root}/shared/cache`);
    expect(await host.fails("sudo geo-system backend check")).toMatch(
      /releases\/\w+\/cache is not linked to /,
    );
    await backend.apply(two as Release, cache);
    expect(await backend.check()).toBe("unchanged");
    await host.run(`rmdir ${root}/shared/cache`);
    expect(await host.fails("sudo geo-system backend check")).toContain("shared/cache is missing");
    await backend.apply(two as Release, cache);
    expect((await backend.seen()).pid).toBe(before.pid);
  });

  it("is not replaced by a folder that the backend made again where the link was", async () => {
    const cache = { backendShared: ["data", "cache"] };
    await host.run(`cd ${root}/current && touch cache/theirs && rm cache && mkdir cache && touch cache/ours`);
    expect(await backend.refused(two as Release, cache)).toMatch(
      /cache is in the running release .* as well/,
    );
    await host.run(`rm -r ${root}/current/cache`);
    await backend.apply(two as Release, cache);
    expect(await ls("current/cache/")).toBe("theirs");
  });

  it("gets its first content from the archive, once, at any depth", async () => {
    const nested = { backendShared: ["data", "存储/app 1"] };
    const three = await release("three", { "存储/app 1/first.txt": "first" });
    expect(await backend.apply(three, nested)).toContain(
      `存储/app 1 of release ${three.hash} is the first content of /srv/geo-backend/shared/存储/app 1`,
    );
    await host.run(`echo mine > '${root}/current/存储/app 1/first.txt'`);
    expect(await backend.check()).toBe("unchanged");
    await backend.apply(await release("four", { "存储/app 1/first.txt": "second" }), nested);
    expect(await cat("'current/存储/app 1/first.txt'")).toBe("mine");
    expect(await backend.check()).toBe("unchanged");
  });

  it("is refused where its user may not write to it", async () => {
    await host.run(
      `sudo install -d -o root -m 0755 ${root}/shared/uploads && sudo touch ${root}/shared/uploads/x`,
    );
    const uploads = { backendShared: ["data", "uploads"] };
    expect(await backend.refused(await release("five"), uploads)).toContain(
      "ubuntu may not write to /srv/geo-backend/shared/uploads",
    );
    expect(await backend.seen()).toMatchObject({ release: "four" });
  });
});

describe.sequential("a shared file", () => {
  const shared = { backendShared: ["data", "db.json"] };

  it("is the backend's to make, and what it puts in the place of the link is taken along", async () => {
    const six = await release("six");
    await backend.apply(six, shared);
    await host.run(`cd ${root}/current && echo 1 > db.json`);
    expect(await cat("shared/db.json")).toBe("1");
    await host.run(`cd ${root}/current && echo 2 > db.json.new && mv db.json.new db.json`);
    expect(await host.fails("sudo geo-system backend check")).toMatch(/db.json is not linked to /);
    expect(await backend.apply(six, shared)).toMatch(/the former .*db.json is kept in .*\/kept\/shared-/);
    expect(await cat("shared/db.json")).toBe("2");
    expect(await cat("kept/shared-*/db.json")).toBe("1");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe.sequential("what a release wrote into its own folder", () => {
  it("is put aside before the release is removed, and again before undo", async () => {
    const shared = { backendShared: ["data"] };
    const seven = await release("seven", { "state.json": "0" });
    await backend.apply(seven, shared);
    await host.run(
      `cd ${root}/current && echo 1 > state.json && mkdir 'up loads' && echo 2 > 'up loads/a b'`,
    );
    await backend.apply(await release("eight"), shared);
    const said = await backend.apply(await release("nine"), shared);
    expect(said).toContain(`release ${seven.hash} wrote into its own folder: its files are kept in `);
    expect(await ls("releases")).not.toContain(seven.hash);
    expect(await cat(`kept/${seven.hash}-*/state.json`)).toBe("1");
    expect(await cat(`kept/${seven.hash}-*/'up loads/a b'`)).toBe("2");
    await host.run(`echo 3 > ${root}/current/late.txt`);
    expect(await host.run("sudo geo-system backend undo")).toContain(
      "removed /srv/geo-backend, but not the backend's data: /srv/geo-backend/shared, /srv/geo-backend/kept",
    );
    expect(await cat("kept/*/late.txt")).toBe("3");
    expect(await ls("shared/data")).toContain("held.txt");
  });

  it("is there again for the next first apply, and so is what is another user's and cannot move: it is copied, whoever writes to it", async () => {
    const [theirs, closed] = ["/var/lib/theirs", "/var/lib/closed"];
    await backend.environment();
    const ten = await release("ten");
    const taken = (source: string) => ({ backendShared: ["data"], takeOver: { data: [source] } });
    await host.run(
      `sudo install -d -o nobody ${closed} && sudo install -m 0600 /dev/null ${closed}/of-root && sudo install -d ${theirs}`,
    );
    expect(await backend.refused(ten, taken(closed))).toContain("./of-root: Cannot open: Permission denied");

    // Large enough that a line comes while it is read.
    await host.run(`sudo truncate -s 64M ${theirs}/log`);
    const writer = `while sleep 0.01; do echo line >> ${theirs}/log; done`;
    await host.run(`sudo systemd-run -q --unit theirs bash -c '${writer}'`);
    const said = await backend.apply(ten, taken(theirs));
    expect(said).toContain(`copied ${theirs} of root to ${root}/shared/theirs`);
    await host.run("sudo systemctl stop theirs");
    expect(Number(await host.run(`sudo stat -Lc %s ${root}/current/theirs/log`))).toBeGreaterThan(2 ** 26);
    for (const file of files) await expectNothingLost(file);
  });
});
