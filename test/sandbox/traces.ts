import { existsSync, readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { folder } from "../../sandbox/host/sandbox.ts";

/** What this machine still has of a sandbox: its name wherever such a thing can show. */
export async function traces(name: string): Promise<string[]> {
  const commands = [["ip", "-oneline", "link"], ["iptables-save"], ["ip", "netns", "list"]];
  const outputs = await Promise.all(commands.map(([file, ...args]) => execa(file as string, args)));
  const lines = [readFileSync("/proc/mounts", "utf8"), ...outputs.map(({ stdout }) => stdout)]
    .join("\n")
    .split("\n");
  return [
    ...lines.filter((line) => line.includes(name)),
    ...cgroups().filter((group) => group.includes(name)),
    ...(existsSync(folder(name)) ? [folder(name)] : []),
  ];
}

function cgroups(): string[] {
  return ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
    .filter(existsSync)
    .flatMap((mount) => readdirSync(mount));
}
