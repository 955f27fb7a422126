// `npm run setup`. Plain JavaScript, and nothing modern before the check: it runs on whatever Node is there.
import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const wanted = engines.node.replace(">=", "");

if (isOlder(process.versions.node, wanted)) {
  console.error(
    `Node ${wanted} or newer is needed, found ${process.versions.node} (${process.execPath}).\n` +
      "Install a supported release, from https://nodejs.org/en/download or your distribution, and try again.",
  );
  process.exit(1);
}
import("./first/setup.mjs")
  .then(({ setup }) => setup(process.argv.slice(2)))
  .then((code) => {
    process.exitCode = code;
  });

function isOlder(found, least) {
  const [major, minor] = found.split(".").map(Number);
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
