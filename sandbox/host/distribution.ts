import { machineSources } from "./apt-sources.ts";
import { type Mirrors, machineFamily, mirrorsOf } from "./mirrors.ts";
import { ownFile } from "./paths.ts";

/** A system that a sandbox can be made of. */
export interface Distribution {
  id: "ubuntu" | "debian";
  label: string;
  suite: string;
  components: string[];
  /** Packages beyond those that every sandbox has. */
  packages: string[];
  /** What checks the archive's signature, the first that is there. */
  keyrings: string[];
  /** debootstrap's script for it. Older versions of debootstrap lack the name of a newer suite. */
  script: string;
}

/** A distribution, and where this machine gets it. */
export interface MirroredDistribution extends Distribution {
  mirrors: Mirrors;
}

const ownKey = ownFile("keys/ubuntu-archive-2018.gpg");

export const ubuntu: Distribution = {
  id: "ubuntu",
  label: "Ubuntu 24.04",
  suite: "noble",
  components: ["main", "restricted", "universe", "multiverse"],
  packages: ["systemd-resolved"],
  keyrings: ["/usr/share/keyrings/ubuntu-archive-keyring.gpg", ownKey],
  script: "/usr/share/debootstrap/scripts/gutsy",
};

export const debian: Distribution = {
  id: "debian",
  label: "Debian 12",
  suite: "bookworm",
  components: ["main"],
  packages: [],
  keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
  script: "/usr/share/debootstrap/scripts/sid",
};

/**
 * Ubuntu where its archive answers, because that is what operators run; else Debian.
 * `GEO_SANDBOX_SYSTEM=debian` asks for the other one.
 */
export async function chooseDistribution(
  wanted = process.env.GEO_SANDBOX_SYSTEM,
): Promise<MirroredDistribution> {
  const candidates = [ubuntu, debian].filter(({ id }) => !wanted || id === wanted);
  const tried: string[] = [];
  for (const distribution of candidates) {
    const mirrors = mirrorsOf(distribution.id, machineFamily(), machineSources());
    const release = `${mirrors?.archive}/dists/${distribution.suite}/InRelease`;
    if (mirrors && (await answers(release))) return { ...distribution, mirrors };
    tried.push(mirrors ? `  ${release}` : `  ${distribution.label}: this machine's apt has no source of it`);
  }
  throw new Error(
    `No archive for the sandbox's system answers. Tried:\n${tried.join("\n")}\n` +
      "Put a mirror that this machine reaches into /etc/apt/sources.list.d and try again.",
  );
}

async function answers(url: string): Promise<boolean> {
  const probe = fetch(url, { method: "HEAD", signal: AbortSignal.timeout(3000) });
  return probe.then(
    ({ ok }) => ok,
    () => false, // Not reached is an answer too.
  );
}
