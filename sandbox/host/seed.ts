import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { hardwareAddress, ipv6Of } from "./addresses.ts";
import { place } from "./layers.ts";
import type { SandboxFiles } from "./paths.ts";

/** What makes a host itself: its name, address, identity and keys. Returns the public half of its host key. */
export async function seed(files: SandboxFiles, name: string, address: string): Promise<string> {
  const put = (path: string, text: string, more = {}) => place(files.root, { path, text, ...more });
  const [hostKey, userKey] = await Promise.all([makeHostKeys(files), makeUserKey(files, name)]);
  put("/etc/hostname", `${name}\n`);
  put("/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${name}\n\n::1 localhost ip6-localhost ip6-loopback\n`);
  put("/etc/machine-id", `${randomUUID().replaceAll("-", "")}\n`);
  put("/home/ubuntu/.ssh/authorized_keys", userKey, { mode: 0o600, user: true });
  put("/etc/systemd/network/10-host0.network", networkUnit(address));
  if (!existsSync(join(files.root, "usr/lib/systemd/systemd-resolved"))) {
    rmSync(join(files.root, "etc/resolv.conf"), { force: true });
    put(
      "/etc/resolv.conf",
      nameServers()
        .map((server) => `nameserver ${server}\n`)
        .join(""),
    );
  }
  return hostKey;
}

async function makeHostKeys({ root }: SandboxFiles): Promise<string> {
  const path = (type: string) => join(root, `etc/ssh/ssh_host_${type}_key`);
  await Promise.all(["ed25519", "ecdsa"].map((type) => keygen(type, path(type), "root")));
  return readFileSync(`${path("ed25519")}.pub`, "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}

async function makeUserKey({ key }: SandboxFiles, name: string): Promise<string> {
  await keygen("ed25519", key, `ubuntu@${name}`);
  return readFileSync(`${key}.pub`, "utf8");
}

async function keygen(type: string, path: string, comment: string): Promise<void> {
  await execa("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", comment, "-f", path]);
}

function networkUnit(address: string): string {
  const gateway = address.replace(/\.\d+$/, ".1");
  const dns = nameServers().map((server) => `DNS=${server}\n`);
  const hardware = `[Link]\nMACAddress=${hardwareAddress(address)}`;
  // No gateway: what is on the Internet is reached by IPv4. The address is ours alone, so duplicate detection is off.
  const ipv6 = `[Address]\nAddress=${ipv6Of(address)}/64\nDuplicateAddressDetection=none\n`;
  return `[Match]\nName=host0\n\n${hardware}\n\n[Network]\nAddress=${address}/24\nGateway=${gateway}\n${dns.join("")}\n${ipv6}`;
}

/** Where the machine asks a resolver of its own, that one's servers: the guest cannot reach a loopback address. */
function nameServers(): string[] {
  const files = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"].filter(existsSync);
  const servers = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^nameserver\s+([\d.]+)/gm)].map(([, server]) => server ?? ""),
  );
  return [...new Set(servers)].filter((server) => !server.startsWith("127."));
}
