// Pulumi's SDK in a quarter of its time.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join, sep } = require("node:path");
const { keepCompiled } = require("./compiled.cjs");
const { loadLater } = require("./later.cjs");

const root = join(__dirname, "../..");

exports.quickSdk = () => {
  // For functions that become text, of which this program has none.
  loadLater(["@npmcli/arborist", "/typescript-shim"]);
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const ours = join(root, "node_modules") + sep;
  keepCompiled({
    file: join(root, ".build", `sdk-${lock.slice(0, 16)}.compiled`),
    accepts: (path) => path.startsWith(ours),
    replaces: /^sdk-[0-9a-f]+\.compiled$/, // of other lock files
  });
};
