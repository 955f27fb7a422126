import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { bootstrapPhases } from "./bootstrap-phases.ts";
import type { Distribution, MirroredDistribution } from "./distribution.ts";
import { lock } from "./lock.ts";
import { removeFolder } from "./mounts.ts";
import { baseFolder, fingerprint, ownFile } from "./paths.ts";
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

const prepareScript = readFileSync(ownFile("prepare-base.sh"), "utf8");

/** The root file system of a distribution, built when it is not there yet. Returns its path. */
export async function ensureBase(distribution: MirroredDistribution): Promise<string> {
  const path = join(baseFolder, `${distribution.suite}-${recipeOf(distribution)}`);
  if (existsSync(path)) return path;
  await using _ = await lock(`base-${distribution.suite}`, `the root file system of ${distribution.label}`);
  if (!existsSync(path)) await build(distribution, path);
  return path;
}

/** Built beside its place and moved there whole: what has the name is complete. */
async function build(distribution: MirroredDistribution, path: string): Promise<void> {
  const unfinished = join(baseFolder, `.unfinished-${distribution.suite}`);
  mkdirSync(unfinished, { recursive: true });
  await removeFolder(unfinished);
  // A folder of its own: what a killed command started may still be writing into the other one.
  const root = join(unfinished, String(process.pid));
  mkdirSync(root, { recursive: true });
  say(`Building the root file system of ${distribution.label}: once, about a minute.`);
  await bootstrap(distribution, root);
  say("  preparing it as a server image");
  await execa("chroot", [root, "/bin/bash", "-s"], { input: prepareScript, env: { LC_ALL: "C.UTF-8" } });
  renameSync(root, path);
  await removeFolder(unfinished);
}

async function bootstrap(distribution: MirroredDistribution, root: string): Promise<void> {
  const { suite, components, script, mirrors, label } = distribution;
  const options = [
    "--variant=minbase",
    "--force-check-gpg",
    `--keyring=${keyringOf(distribution)}`,
    `--components=${components.join(",")}`,
    `--include=${[...packages, ...distribution.packages].join(",")}`,
  ];
  const all = [...options, suite, root, mirrors.archive, script];
  const run = execa("debootstrap", all, { all: true, reject: false });
  const [{ failed, all: output }] = await Promise.all([run, bootstrapPhases(run)]);
  if (!failed) return;
  const end = output.split("\n").slice(-10).join("\n");
  throw new Error(`debootstrap could not make ${label} from ${mirrors.archive}:\n${end}`);
}

function keyringOf({ label, keyrings }: Distribution): string {
  const keyring = keyrings.find(existsSync);
  if (keyring) return keyring;
  throw new Error(`${label}: expected the key of its archive at ${keyrings.join(" or ")}, found none`);
}

function recipeOf({ suite, components, packages: own }: Distribution): string {
  return fingerprint(suite, process.arch, prepareScript, ...components, ...packages, ...own);
}
