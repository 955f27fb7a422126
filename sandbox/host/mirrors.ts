import { existsSync, readFileSync } from "node:fs";
import type { AptSource } from "./apt-sources.ts";

type Family = "ubuntu" | "debian";

/** The archives from which this machine can take a distribution. */
export interface Mirrors {
  archive: string;
  security: string;
}

/** Ubuntu's archive is public and the same everywhere; a Debian machine names its own. */
const publicUbuntu: Mirrors =
  process.arch === "x64"
    ? { archive: "http://archive.ubuntu.com/ubuntu", security: "http://security.ubuntu.com/ubuntu" }
    : { archive: "http://ports.ubuntu.com/ubuntu-ports", security: "http://ports.ubuntu.com/ubuntu-ports" };

/** The mirrors of a distribution: the machine's own where it is of that family. */
export function mirrorsOf(
  wanted: Family,
  machine: Family,
  sources: readonly AptSource[],
): Mirrors | undefined {
  const own = wanted === machine ? ownMirrors(wanted, sources) : undefined;
  return own ?? (wanted === "ubuntu" ? publicUbuntu : undefined);
}

/** Other people's archives name the same suites, but only the distribution's has its updates. */
function ownMirrors(family: Family, sources: readonly AptSource[]): Mirrors | undefined {
  const web = sources.filter(({ uri, components }) => /^https?:/.test(uri) && components.includes("main"));
  const serves = (end: RegExp) => web.find(({ suites }) => suites.some((suite) => end.test(suite)))?.uri;
  const archive = serves(/-updates$/) ?? web.find(({ uri }) => uri.endsWith(`/${family}`))?.uri;
  return archive ? { archive, security: serves(/-security$/) ?? archive } : undefined;
}

export function machineFamily(path = "/etc/os-release"): Family {
  const release = existsSync(path) ? readFileSync(path, "utf8") : "";
  return /^ID(_LIKE)?=.*\bubuntu\b/m.test(release) ? "ubuntu" : "debian";
}
