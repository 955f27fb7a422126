import { existsSync, readFileSync } from "node:fs";

const ownHost =
  "A host of your own works as well, from any machine: pulumi config set host <address>, then npm run up.";

/** Whether this machine can run sandboxes at all: undefined, or what is missing and what to do. */
export function whyNoSandbox(): string | undefined {
  if (process.platform !== "linux")
    return `A sandbox needs Linux, and this is ${process.platform}. ${ownHost}`;
  if (process.getuid?.() !== 0) {
    return (
      'A sandbox needs root: it mounts file systems and makes a network. Type: sudo -E env "PATH=$PATH" npm run up\n' +
      ownHost
    );
  }
  if (!hasApt()) {
    return `A sandbox needs Debian or Ubuntu, and this is ${systemName()}. ${ownHost}`;
  }
  return undefined;
}

/** Installs what a sandbox needs, or says why there can be none here. */
export async function requirements(): Promise<void> {
  const why = whyNoSandbox();
  if (why) throw new Error(why);
}

function hasApt(): boolean {
  return existsSync("/usr/bin/apt-get");
}

function systemName(): string {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? "an unknown system";
}
