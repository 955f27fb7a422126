import { readFile, writeFile } from "node:fs/promises";
import { packageSchema } from "./package-schema.ts";

// A part of `npm run build`: dist/schema.json, for the plug-in.
const root = new URL("../", import.meta.url);
const read = (path: string) => readFile(new URL(path, root), "utf8");

const { version } = JSON.parse(await read("package.json")) as { version: string };
const schema = packageSchema(await read("infra/settings/arguments.ts"), version);
await writeFile(new URL("dist/schema.json", root), `${JSON.stringify(schema, null, 2)}\n`);
