import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWorkspace } from "../../../infra/build/workspace.ts";
import { repository } from "./fixture.ts";

const pack = (name: string, more: object = {}) => ({ name, version: "1.2.0", ...more });
const read = async (files: Record<string, string | object>, folder: string) => {
  const root = repository(files);
  const found = await readWorkspace(join(root, folder));
  return { ...found, root: found.root.slice(root.length) };
};
const paths = ({ packages }: Awaited<ReturnType<typeof read>>) =>
  packages.map(({ path, runtime }) => `${path}${runtime ? "" : " (build)"}`);

describe("a workspace", () => {
  const files = {
    "pnpm-lock.yaml": "",
    "package.json": { name: "root" },
    "pnpm-workspace.yaml": "packages:\n  - ./apps/**\n  - packages/*\n  - '!**/old'\n",
    "apps/api/server/package.json": pack("server", {
      dependencies: { "@x/a": "workspace:^", ms: "2.1.3", moved: "^3.0.0" },
      devDependencies: { tool: "workspace:*" },
    }),
    "packages/a/package.json": pack("@x/a", { dependencies: { "@x/b": "^1.0.0" } }),
    "packages/b/package.json": pack("@x/b", { dependencies: { "@x/a": "workspace:*" } }),
    "packages/tool/package.json": pack("tool"),
    "packages/moved/package.json": pack("moved"),
    "packages/old/package.json": pack("old"),
    "apps/web/node_modules/x/package.json": pack("x"),
  };

  it("is found from a member, with what the member needs, in the order of dependencies", async () => {
    const found = await read(files, "apps/api/server");
    expect(found).toMatchObject({ root: "", member: "apps/api/server", lockFolder: "" });
    expect(paths(found)).toEqual(["packages/b", "packages/a", "packages/tool (build)", "apps/api/server"]);
    expect(found.members).toEqual([
      "apps/api/server",
      "packages/a",
      "packages/b",
      "packages/moved",
      "packages/tool",
    ]);
  });

  it("is none for a folder that it does not name, and for the root of a repository", async () => {
    const outside = { ...files, "tools/x/package.json": pack("x"), "tools/x/yarn.lock": "" };
    expect(await read(outside, "tools/x")).toMatchObject({ root: "/tools/x", member: "", members: [] });
    expect(await read({ ...outside, "tools/.git": "gitdir: x" }, "tools/x")).toMatchObject({
      root: "/tools/x",
    });
  });

  it("may be the backend itself", async () => {
    const own = {
      "package.json": pack("root", { workspaces: { packages: ["lib"] }, dependencies: { lib: "*" } }),
      "lib/package.json": pack("lib"),
    };
    const found = await read(own, "");
    expect(found).toMatchObject({ root: "", member: "", members: ["lib"] });
    expect(paths(found)).toEqual(["lib", ""]);
  });
});

it("a pnpm-workspace.yaml that is no YAML is named", async () => {
  const files = { "package.json": pack("server"), "pnpm-workspace.yaml": "packages: [" };
  await expect(read(files, "")).rejects.toThrow(/^backendSource: expected YAML in .*pnpm-workspace\.yaml: /);
});

describe("a package beside the backend that it names by its path", () => {
  it("travels with it, and the lock file stays where it is", async () => {
    const files = {
      "server/package.json": pack("server", {
        dependencies: { shared: "file:../shared", "some-archive": "file:./x.tgz", addon: "file:addon" },
      }),
      "server/package-lock.json": "{}",
      "shared/package.json": pack("shared"),
      "server/addon/package.json": pack("addon"),
    };
    const found = await read(files, "server");
    expect(found).toMatchObject({ root: "", member: "server", lockFolder: "server", members: [] });
    expect(paths(found)).toEqual(["shared", "server/addon", "server"]);
  });

  it("is found below it too, as npm writes it: file:addon", async () => {
    const files = {
      "package.json": pack("server", { dependencies: { addon: "file:addon", archive: "file:addon.tgz" } }),
      "package-lock.json": "{}",
      "addon/package.json": pack("addon"),
    };
    expect(paths(await read(files, ""))).toEqual(["addon", ""]);
  });
});
