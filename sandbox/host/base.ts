import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { bootstrapPhases } from "./bootstrap-phases.ts";
import type { Distribution } from "./distribution.ts";
import { lock } from "./lock.ts";
import type { Mirrors } from "./mirrors.ts";
import { removeFolder } from "./mounts.ts";
import { baseFolder, fingerprint } from "./paths.ts";
import { say } from "./say.ts";

/** What an ordinary server image has. */
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "libpam-systemd", "kmod", "procps", "psmisc", "tzdata"],
  ...["openssh-server", "sudo", "cron", "logrotate", "ca-certificates", "gnupg", "python3"],
  ...[
    "iproute2",
    "iputils-ping",
    "iptables",
    "netcat-openbsd",
    "curl",
    "wget",
    "xz-utils",
    "less",
    "lsb-release",
  ],
];

const prepareScript = readFileSync(new URL("prepare-base.sh", import.meta.url), "utf8");

/** The root file system of a distribution, built when it is not there yet. Returns its path. */
export async function ensureBase(distribution: Distribution & { mirrors: Mirrors }): Promise<string> {
  const path = join(baseFolder, `${distribution.suite}-${recipeOf(distribution)}`);
  if (existsSync(path)) return path;
  await using _ = await lock(`base-${distribution.suite}`);
  if (!existsSync(path)) await build(distribution, path);
  return path;
}

/** Built beside its place and moved there whole: what has the name is complete. */
async function build(distribution: Distribution & { mirrors: Mirrors }, path: string): Promise<void> {
  const unfinished = join(baseFolder, `.unfinished-${distribution.suite}`);
  await removeFolder(unfinished);
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  say(`Building the root file system of ${distribution.label}: once, about a minute.`);
  await bootstrap(distribution, unfinished);
  say("  preparing it as a server image");
  await execa("chroot", [unfinished, "/bin/bash", "-s"], {
    input: prepareScript,
    env: { LC_ALL: "C.UTF-8" },
  });
  renameSync(unfinished, path);
}

async function bootstrap(distribution: Distribution & { mirrors: Mirrors }, root: string): Promise<void> {
  const { suite, components, script, mirrors, keyrings } = distribution;
  const keyring = keyrings.find(existsSync);
  if (!keyring)
    throw new Error(`${distribution.label}: no key to check its archive with at ${keyrings.join(", ")}`);
  const options = [
    "--variant=minbase",
    "--force-check-gpg",
    `--keyring=${keyring}`,
    `--components=${components.join(",")}`,
    `--include=${[...packages, ...distribution.packages].join(",")}`,
  ];
  const run = execa("debootstrap", [...options, suite, root, mirrors.archive, script], { all: true });
  await Promise.all([run, bootstrapPhases(run)]);
}

function recipeOf({ suite, components, packages: own }: Distribution): string {
  return fingerprint(suite, process.arch, prepareScript, ...components, ...packages, ...own);
}
