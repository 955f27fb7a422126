import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BackendParameters, renderBackend } from "../../../infra/render/ecosystem.ts";
import type { Release } from "../../../infra/render/release.ts";
import type { Start } from "../../../infra/render/start/start.ts";

const parameters: BackendParameters = {
  backendSource: "/home/me/backend",
  backendName: "geo-backend",
  user: "ubuntu",
  backendPort: 3000,
  backendStandbyPort: 3001,
  backendInstances: 1,
  handover: undefined,
  sticky: undefined,
  handoverSeconds: 10,
  handshake: undefined,
  handshakeTimeout: 10,
  websocketPath: "/ws",
  backendEnvironment: {},
  backendShared: [],
  hostServices: [],
  keepReleases: 5,
  nodeVersion: "24.21.0",
  nodeSource: "archive",
  npmRegistry: undefined,
};
const start: Start = {
  ...{ source: "package.json, scripts.start", nodeArguments: [], script: "src/服务 1.js", args: [] },
  ...{ environment: {}, cwd: "", pm2: {}, notes: [] },
};
const release: Release = {
  hash: "0123456789ab",
  archivePath: "/tmp/0123456789ab.tar",
  manifest: [
    { path: "package.json", sha256: "a".repeat(64) },
    { path: "src/服务 1.js", sha256: "b".repeat(64) },
  ],
  start,
  engines: ">=22.18",
  notes: [],
  build: [],
  dependencies: {
    manager: { name: "npm", lockFile: "package-lock.json" },
    key: "fedcba9876543210",
    lockFolder: "",
    member: "",
    manifests: ["package.json"],
    scripts: [],
  },
};
const render = (changes: Partial<BackendParameters> = {}, other: Partial<Release> = {}) =>
  renderBackend({ ...parameters, ...changes }, { ...release, ...other }, "prove()");

/** What pm2 reads from the file of the payload. */
function application(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "ecosystem-"));
  const file = text.split(/^==> .* <==\n/m).find((part) => part.includes("module.exports")) ?? "";
  writeFileSync(join(folder, "ecosystem.config.cjs"), file);
  return createRequire(import.meta.url)(join(folder, "ecosystem.config.cjs")).apps[0];
}

describe("the payload of the backend", () => {
  it("lists what a preview shows: the release, its files, and what else restarts it", () => {
    expect(render().split("\n==> ")[0]?.split("\n")).toEqual([
      "name: geo-backend",
      "user: ubuntu",
      "port: 3000",
      "standby-port: 3001",
      "websocket-path: /ws",
      "handover: paced",
      "handover-seconds: 10",
      "keep: 5",
      "node: 24.21.0",
      expect.stringMatching(/^pm2: \d+\.\d+\.\d+$/),
      "engines: >=22.18",
      "start: node 'src/服务 1.js' (package.json, scripts.start)",
      "release: 0123456789ab",
      "archive: .geo-system/0123456789ab.tar",
      "package-manager: npm",
      "dependencies: fedcba9876543210",
      "lock-file: package-lock.json",
      "manifest: package.json",
      "file: aaaaaaaaaaaaaaaa package.json",
      "file: bbbbbbbbbbbbbbbb src/服务 1.js",
    ]);
  });

  it("names no Node where the distribution decides", () => {
    expect(render({ nodeSource: "distribution" })).not.toContain("\nnode: ");
  });

  it("names what is shared, and starts the services that it needs before pm2", () => {
    const text = render({
      backendShared: ["data", "存储/a b"],
      hostServices: ["redis-server.service", "a.socket"],
    });
    expect(text).toContain("\nshared: data\nshared: 存储/a b\nkeep: ");
    expect(text).toContain("\nWants=redis-server.service a.socket\nAfter=redis-server.service a.socket\n");
    expect(render()).not.toContain("Wants=");
  });

  it("says of another package manager where it comes from, and of a member where it lies", () => {
    const manager = { name: "pnpm", version: "10.34.9", lockFile: "pnpm-lock.yaml" } as const;
    const dependencies = {
      ...release.dependencies,
      manager,
      member: "apps/服务",
      scripts: [". postinstall"],
    };
    const text = render({}, { dependencies });
    expect(text).toContain(
      [
        "package-manager: pnpm 10.34.9",
        "package-manager-from: pnpm bin/pnpm.cjs",
        "package-manager-sum: sha512-9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==",
        "dependencies: fedcba9876543210",
        "lock-file: pnpm-lock.yaml",
        "member: apps/服务",
        "manifest: package.json",
        "own-script: . postinstall",
      ].join("\n"),
    );
    expect(application(text).cwd).toBe("/srv/geo-backend/releases/0123456789ab/apps/服务");
  });

  it.each([
    { backendName: "a/b" },
    { user: "x y" },
    { backendPort: 70_000 },
    { backendEnvironment: { PORT: "1" } },
    { backendEnvironment: { HOST: "0.0.0.0" } },
  ])("refuses %j", (changes) => {
    expect(() => render(changes as Partial<BackendParameters>)).toThrow("expected");
  });
});

describe("the ecosystem file", () => {
  it("runs the release itself in fork mode, its secrets from a file, able to leave its port", () => {
    expect(
      application(render({}, { start: { ...start, nodeArguments: ["--enable-source-maps"] } })),
    ).toMatchObject({
      name: "geo-backend",
      cwd: "/srv/geo-backend/releases/0123456789ab",
      script: "src/服务 1.js",
      interpreter: "/usr/local/bin/node",
      node_args: [
        "--require=/usr/local/lib/geo-system/preload.cjs",
        "--enable-source-maps",
        "--env-file=/srv/geo-backend/secret.env",
      ],
      exec_mode: "fork",
      merge_logs: true,
    });
  });

  it("runs several in cluster mode, on one port", () => {
    expect(application(render({ backendInstances: 4 }))).toMatchObject({
      exec_mode: "cluster",
      instances: 4,
    });
  });

  it("tells the backend where it listens and where its data is", () => {
    expect(application(render()).env).toEqual({
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: "3000",
      GEO_SYSTEM_PORT: "3000",
      WS_PATH: "/ws",
      HANDOVER_SECONDS: "10",
      DATA_DIR: "/srv/geo-backend/shared",
    });
  });

  it("tells it the pace only where its clients are asked at one", () => {
    const paceOf = (changes: Partial<BackendParameters>) => application(render(changes)).env.HANDOVER_SECONDS;
    expect(paceOf({ handover: "at-once" })).toBe("0");
    expect(paceOf({ handover: "stop-start" })).toBe("0");
    expect(render({ handoverSeconds: 0 })).toContain("\nhandover: stop-start\n");
  });

  it("carries the operator's environment to the letter", () => {
    const odd = { QUOTES: `'"\`\${x}`, LINES: "a\nb\\n", CODE: '"}]};process.exit()//', NODE_ENV: "staging" };
    expect(application(render({ backendEnvironment: odd })).env).toMatchObject(odd);
  });
});

describe("the programs of step backend", () => {
  it("all travel in its payload, and its script places each of them", () => {
    const programs = readdirSync("templates/pm2").filter((name) => name.endsWith(".cjs"));
    const script = readFileSync("templates/scripts/backend-pm2.sh", "utf8");
    const placed = /LIBRARY_PROGRAMS=.*\{([^}]*)\}\.cjs/.exec(script)?.[1]?.split(",") ?? [];
    const text = render();
    for (const name of programs) {
      expect(text).toContain(`/usr/local/lib/geo-system/${name}`);
      expect(placed).toContain(name.replace(/\.cjs$/, ""));
    }
  });
});
