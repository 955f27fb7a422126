import { fileURLToPath } from "node:url";
import { machineSources } from "./apt-sources.ts";
import { type Mirrors, machineFamily, mirrorsOf } from "./mirrors.ts";

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

const ownKey = fileURLToPath(new URL("keys/ubuntu-archive-2018.gpg", import.meta.url));

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

/** Ubuntu where its archive answers, because that is what operators run; else Debian. */
export async function chooseDistribution(): Promise<Distribution & { mirrors: Mirrors }> {
  const tried: string[] = [];
  const sources = machineSources();
  for (const distribution of [ubuntu, debian]) {
    const mirrors = mirrorsOf(distribution.id, machineFamily(), sources);
    if (!mirrors) continue;
    const release = `${mirrors.archive}/dists/${distribution.suite}/InRelease`;
    if (await answers(release)) return { ...distribution, mirrors };
    tried.push(release);
  }
  throw new Error(
    `No archive for the sandbox's system answers. Tried:\n${tried.map((url) => `  ${url}`).join("\n")}\n` +
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
