import { ensureSystemPackages } from "../toolchain/system-packages.ts";

const packages = ["debootstrap", "systemd-container", "iproute2", "iptables", "openssh-client"];

/** Where root's own commands lie; a plain `su` leaves them out. */
const rootsFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Why this machine and user can have no sandbox, and what to do; undefined where they can. */
export function whyNoSandbox(
  platform: NodeJS.Platform = process.platform,
  userId = process.getuid?.(),
): string | undefined {
  const ownHost = "A host of your own works as well: pulumi config set host <address>";
  if (platform !== "linux") return `A sandbox needs Linux, and this is ${platform}.\n${ownHost}`;
  if (userId === 0) return undefined;
  return (
    `A sandbox needs root, because it mounts a file system and makes a network; this is user ${userId}.\n` +
    `Become root and try again: sudo -i, or sudo -E env "PATH=$PATH" npm run up\n${ownHost}`
  );
}

/** Installs what a sandbox needs, or says why there can be none here. */
export async function requirements(): Promise<void> {
  const why = whyNoSandbox();
  if (why) throw new Error(why);
  process.umask(0o022); // The files of a host are for all of its users.
  process.env.PATH = [process.env.PATH, ...rootsFolders].filter(Boolean).join(":");
  await ensureSystemPackages(packages, "the sandbox, a throw-away host on this machine");
}
