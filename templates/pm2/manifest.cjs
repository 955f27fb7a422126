// package.json on the host.
const { readFileSync } = require("node:fs");

/** Some editors begin it with a byte order mark, which JSON.parse refuses and package managers take. */
const readManifest = (path) => JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));

module.exports = { readManifest };
