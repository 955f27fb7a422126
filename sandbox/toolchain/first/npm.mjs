// The npm packages, exactly as package-lock.json says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.mjs";
import { run } from "./run.mjs";

/*
 * npm keeps its own account of what it installed and writes it last, so a half install has none or an old one.
 * Packages for other platforms are optional, and rightly missing.
 */
export function packagesMatch() {
  const wanted = packages("package-lock.json");
  const found = packages("node_modules/.package-lock.json");
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const there = found[path];
    return there ? there.version === version && there.integrity === integrity : optional;
  });
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function installPackages() {
  console.error("Installing the npm packages of package-lock.json …");
  // Install scripts stay off: one of them would fetch a Pulumi plug-in before there is a CLI.
  const options = ["--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["ci", ...options], {
    failure: "npm ci failed, its message is above. Then run `npm run setup` again.",
  });
  if (packagesMatch()) return;
  throw new Error("npm ci left node_modules unlike package-lock.json: remove node_modules, try again.");
}
