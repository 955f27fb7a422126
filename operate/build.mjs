// What `npm pack` adds to the library: the commands that work anywhere, with what they share in files of their own.
import { readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { forNode } from "../infra/bundle.mjs";
import { asInstalled } from "./as-installed.mjs";
import { commands, namesOf } from "./commands.mjs";

const textsAsInstalled = {
  name: "texts as installed",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: asInstalled(readFileSync(path, "utf8")),
      loader: "ts",
    })),
};
const outdir = "dist/operate";

rmSync(new URL(`../${outdir}`, import.meta.url), { recursive: true, force: true });
await build({
  ...forNode,
  entryPoints: namesOf({ checkout: false }).map((name) => ({ in: commands[name].entry, out: name })),
  outdir,
  outExtension: { ".js": ".mjs" },
  chunkNames: "shared/[name]-[hash]",
  splitting: true,
  define: { "process.env.GEO_SYSTEM_INSTALLED": '"yes"' },
  plugins: [textsAsInstalled],
});
