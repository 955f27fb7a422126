// Remembers that everything was in order, so that the next set-up need not check again.
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { executables, ownFolder, root } from "./places.mjs";

export function isReady() {
  const now = fingerprint();
  return now !== undefined && now === readStamp();
}

export function writeStamp() {
  mkdirSync(dirname(stampFile()), { recursive: true });
  writeFileSync(stampFile(), fingerprint() ?? "");
}

// Changes with the installed programs, and with the sources of the plug-ins that may have been made from them.
function fingerprint() {
  const programs = Object.values(executables()).map(identity);
  if (programs.includes(undefined)) return undefined;
  const hash = createHash("sha256").update(JSON.stringify([process.version, programs]));
  hash.update(readFileSync(join(root, "package-lock.json")));
  for (const file of filesBelow(join(root, "sandbox/plugins"))) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

function identity(path) {
  try {
    accessSync(path, constants.X_OK);
    const { size, mtimeMs } = statSync(path);
    return size > 0 ? [path, size, mtimeMs] : undefined;
  } catch (error) {
    if (["ENOENT", "EACCES", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function readStamp() {
  try {
    return readFileSync(stampFile(), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

// One for each checkout: two at different commits may ask for different plug-ins.
function stampFile() {
  return join(ownFolder(), "ready", createHash("sha256").update(root).digest("hex").slice(0, 16));
}
