import { pulumiLine } from "../../infra/pulumi-command.ts";
import { ensureSystemPackages, type Machine, thisMachine } from "../toolchain/system-packages.ts";

const packages = ["debootstrap", "systemd-container", "iproute2", "iptables", "openssh-client"];

/** Where root's own commands lie; a plain `su` leaves them out. */
const rootsFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

const why = "the sandbox, a throw-away host on this machine";
const ownHost = `A host of your own works as well: ${pulumiLine("config set host <address>")}`;

/** Why this machine and user can have no sandbox, and what to do; undefined where they can. */
export async function whyNoSandbox(machine: Machine = thisMachine): Promise<string | undefined> {
  const { platform, isRoot } = machine;
  if (platform !== "linux") return `A sandbox needs Linux, and this is ${platform}.\n${ownHost}`;
  if (isRoot) return undefined;
  return (
    "A sandbox needs root, because it mounts a file system and makes a network; this is another user.\n" +
    `Become root and try again: sudo -i, or sudo -E env "PATH=$PATH" npm run up\n${await whatIsMissing(machine)}`
  );
}

/** The packages to install and how, if some are missing; in any case how to work without a sandbox. */
async function whatIsMissing(machine: Machine): Promise<string> {
  return ensureSystemPackages(packages, why, machine).then(
    () => ownHost,
    (error: Error) => error.message,
  );
}

/** Installs what a sandbox needs, or says why there can be none here. */
export async function requirements(): Promise<void> {
  const reason = await whyNoSandbox();
  if (reason) throw new Error(reason);
  process.umask(0o022); // The files of a host are for all of its users.
  process.env.PATH = [process.env.PATH, ...rootsFolders].filter(Boolean).join(":");
  await ensureSystemPackages(packages, why);
}
