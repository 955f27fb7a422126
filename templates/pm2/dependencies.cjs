// Prepares a release for an install. What it changes is taken from the release's archive again afterwards.
//
//   node dependencies.cjs hide FOLDER REGISTRY LOCK-FILE PACKAGE.JSON …
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { readManifest } = require("./manifest.cjs");

const [verb, folder, registry, lockFile, ...manifests] = process.argv.slice(2);
if (verb !== "hide") throw new Error(`expected hide, found ${verb}`);

// The scripts of its own packages: a package manager would run them with those of the dependencies.
for (const path of manifests.map((name) => join(folder, name))) {
  const { scripts, ...manifest } = readManifest(path);
  if (scripts) writeFileSync(path, JSON.stringify(manifest, null, 2));
}

// Yarn 1 fetches from the very addresses in its lock file; those of the public registry mean the configured one.
if (lockFile.endsWith("yarn.lock")) {
  const path = join(folder, lockFile);
  const text = readFileSync(path, "utf8");
  if (text.includes("# yarn lockfile v1")) {
    const there = `${registry.replace(/\/$/, "")}/`;
    writeFileSync(
      path,
      text.replaceAll(/https:\/\/registry\.(?:yarnpkg\.com|npmjs\.org)\//g, () => there),
    );
  }
}
