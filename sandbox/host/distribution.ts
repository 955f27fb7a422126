import { machineSources } from "./apt-sources.ts";
import { type Mirrors, machineFamily, mirrorsOf } from "./mirrors.ts";
import { ownFile } from "./paths.ts";

/** The systems that hosts may run, each as a sandbox too; the first of a family is what a sandbox is made of by default. */
export const systems = ["ubuntu-24.04", "ubuntu-22.04", "ubuntu-26.04", "debian-12", "debian-13"] as const;
export type System = (typeof systems)[number];

/** A system that a sandbox can be made of. */
export interface Distribution {
  system: System;
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

const ubuntu = {
  id: "ubuntu" as const,
  components: ["main", "restricted", "universe", "multiverse"],
  packages: ["systemd-resolved"],
  keyrings: ["/usr/share/keyrings/ubuntu-archive-keyring.gpg", ownFile("keys/ubuntu-archive-2018.gpg")],
  script: "/usr/share/debootstrap/scripts/gutsy",
};

const debian = {
  id: "debian" as const,
  components: ["main"],
  packages: [],
  keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
  script: "/usr/share/debootstrap/scripts/sid",
};

const distributions: Record<System, Distribution> = {
  "ubuntu-24.04": { ...ubuntu, system: "ubuntu-24.04", label: "Ubuntu 24.04", suite: "noble" },
  // There systemd-resolved is a part of the package systemd.
  "ubuntu-22.04": { ...ubuntu, system: "ubuntu-22.04", label: "Ubuntu 22.04", suite: "jammy", packages: [] },
  // A server image of it has sudo-rs as its sudo.
  "ubuntu-26.04": {
    ...ubuntu,
    system: "ubuntu-26.04",
    label: "Ubuntu 26.04",
    suite: "resolute",
    packages: ["systemd-resolved", "sudo-rs"],
  },
  "debian-12": { ...debian, system: "debian-12", label: "Debian 12", suite: "bookworm" },
  "debian-13": { ...debian, system: "debian-13", label: "Debian 13", suite: "trixie" },
};

/**
 * What a sandbox is made of: the wanted system; else Ubuntu 24.04 where its archive answers, because that is what
 * operators run, and Debian 12 where it does not.
 *
 * @param wanted a system, or a family of them; default: `GEO_SANDBOX_SYSTEM`
 * @throws where no archive of it answers, with what was tried
 */
export async function chooseDistribution(
  wanted = process.env.GEO_SANDBOX_SYSTEM,
): Promise<MirroredDistribution> {
  const tried: string[] = [];
  for (const distribution of candidatesFor(wanted)) {
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

/** @throws where no sandbox can be of that system */
export function candidatesFor(wanted: string | undefined): Distribution[] {
  if (!wanted) return [distributions["ubuntu-24.04"], distributions["debian-12"]];
  const system = systems.find((each) => each === wanted || each.split("-")[0] === wanted);
  if (system) return [distributions[system]];
  throw new Error(`The sandbox's system: expected one of ${systems.join(", ")}, found "${wanted}".`);
}

async function answers(url: string): Promise<boolean> {
  const probe = fetch(url, { method: "HEAD", signal: AbortSignal.timeout(3000) });
  return probe.then(
    ({ ok }) => ok,
    () => false, // Not reached is an answer too.
  );
}
