import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Release } from "../../infra/render/release.ts";
import type { TestHost } from "../support/host.ts";
import { FixtureBackend } from "./support/backend.ts";
import { startServedHost } from "./support/served-host.ts";

const fixture = fileURLToPath(new URL("fixtures/workspace", import.meta.url));
const releases = "/srv/geo-backend/releases";

let host: TestHost;
let backend: FixtureBackend;

beforeAll(async () => {
  host = await startServedHost("backend-dependencies");
  backend = await FixtureBackend.on(host, { keepReleases: 3 });
  await backend.environment();
});
afterAll(() => host?.[Symbol.asyncDispose]());

/** What a repository has of its own: its lock file, and how its members name each other. */
interface Repository {
  lock: string;
  as: string;
  /** How the server names the library. */
  library?: string;
  files?: Record<string, string>;
}

const repositories: Record<string, Repository> = {
  npm: { lock: "package-lock.json", as: "package-lock.json" },
  pnpm: {
    lock: "pnpm-lock.yaml",
    as: "pnpm-lock.yaml",
    library: "workspace:*",
    files: { "pnpm-workspace.yaml": "packages:\n  - server\n  - packages/*\n  - other\n" },
  },
  "yarn 4": { lock: "yarn-4.lock", as: "yarn.lock", library: "workspace:*" },
  "yarn 1": { lock: "yarn-1.lock", as: "yarn.lock" },
};

/** A checkout of the workspace; its member `server` is the backend. */
function checkout(kind: string, name: string, edit: (root: string) => void = () => {}): string {
  const { lock, as, library, files = {} } = repositories[kind] as Repository;
  const root = join(mkdtempSync(join(tmpdir(), "仓库 workspace-")), "repo sitory");
  cpSync(fixture, root, { recursive: true });
  cpSync(join(root, "locks", lock), join(root, as));
  rmSync(join(root, "locks"), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const server = join(root, "server/package.json");
  const manifest = readFileSync(server, "utf8");
  if (library) writeFileSync(server, manifest.replace('lib": "1.0.0"', `lib": "${library}"`));
  writeFileSync(join(root, "server/release.txt"), name);
  edit(root);
  return join(root, "server");
}

/** Every file below the node_modules folders of a release, with its sum, and every link with its target. */
function tree(release: Release): Promise<string> {
  const noted =
    "-name .modules.yaml -o -name '.pnpm-workspace-state*' -o -name .yarn-state.yml -o -name .yarn-integrity";
  return host.run(
    `cd ${releases}/${release.hash} && sudo find . -path '*/node_modules/*' \\( ${noted} \\) -prune -o ` +
      `-path '*/node_modules/*' -type f -exec sha256sum {} + -o -path '*/node_modules/*' -type l -printf '%l %p\\n' | sort -k 2`,
  );
}

/** As if its dependencies had never been installed. */
const forget = (release: Release) =>
  host.run(
    `cd ${releases}/${release.hash} && sudo rm -r /srv/geo-backend/dependencies/$(cat .geo-system-dependencies) .geo-system-dependencies`,
  );
const versions = async () => JSON.parse(await backend.page()) as Record<string, string>;

describe.each(Object.keys(repositories))("a member of a workspace of %s", (kind) => {
  let first: Release;
  let second: Release;

  it("runs in its folder, with the versions of its own, though git hooks and developers' scripts are there", async () => {
    first = await backend.send(checkout(kind, "one"));
    const said = await backend.apply(first);
    expect(said).toContain("ran the script postinstall of server/package.json");
    expect(await versions()).toEqual({
      ...{ release: "one", generated: "1.0.0", ms: "1.0.0", lib: "2.1.3" },
      folder: `${releases}/${first.hash}/server`,
    });
  });

  it("has in its second release the tree of a fresh install, and no file that the first one wrote", async () => {
    await host.run(
      `sudo touch $(sudo find ${releases}/${first.hash} -name node_modules -prune | head -n 1)/written-when-run`,
    );
    second = await backend.send(checkout(kind, "two"));
    expect(second.dependencies.key).toBe(first.dependencies.key);
    expect(await backend.apply(second)).toContain("the dependencies are installed already");
    expect(await versions()).toMatchObject({ release: "two", generated: "1.0.0", ms: "1.0.0", lib: "2.1.3" });
    const reused = await tree(second);
    expect(reused).toContain("ms/package.json");
    await forget(second);
    expect(await backend.apply(second)).not.toContain("the dependencies are installed already");
    expect(await tree(second)).toBe(reused);
  });

  it("installs no development dependencies, and nothing that only other members need", async () => {
    const found = await tree(second);
    expect(found).not.toMatch(/left-pad\/|is-odd\/(?!.*yarn)|is-number\/package/);
    expect(await host.run(`ls ${releases}/${second.hash}`)).not.toMatch(/README/);
  });

  it("is refused where its lock file is out of date, and the release before serves on", async () => {
    const outdated = checkout(kind, "three", (root) => {
      const path = join(root, "server/package.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"ws": "8.23.0"', '"ws": "8.22.0"'));
    });
    // Yarn 1 itself notices nothing, so that is asked before the release travels.
    if (kind === "yarn 1")
      await expect(backend.send(outdated)).rejects.toThrow("it lacks ws@8.22.0; next: yarn install");
    else {
      expect(await backend.refused(await backend.send(outdated))).toMatch(
        /the dependencies of release [0-9a-f]+ cannot be installed; the running release keeps serving/,
      );
    }
    expect((await versions()).release).toBe("two");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("a script of the backend's own install", () => {
  it("that needs a development dependency says so, and the release before serves on", async () => {
    const edit = (root: string) => {
      const path = join(root, "server/package.json");
      writeFileSync(
        path,
        readFileSync(path, "utf8").replace("husky install && node generate.cjs", "prisma generate"),
      );
    };
    const said = await backend.refused(await backend.send(checkout("npm", "four", edit)));
    expect(said).toMatch(
      /prisma: not found[\s\S]*script 'postinstall' in server\/package.json failed: something it needs is not installed/,
    );
    expect(said).toContain("a host installs no devDependencies");
    expect((await versions()).release).toBe("two");
  });
});

describe("what no release needs any more", () => {
  it("goes: package managers and trees", async () => {
    await backend.apply(await backend.send(checkout("npm", "five")));
    expect(await host.run("ls /srv/geo-backend/tools")).toBe("hooks");
    const kept = (await host.run("ls /srv/geo-backend/dependencies")).split("\n");
    const needed = await host.run(`sudo cat ${releases}/*/.geo-system-dependencies | sort -u`);
    expect(kept).toEqual(needed.split("\n"));
  });
});
