// Read by ourselves and not through `ssh-keygen -F`: an operator (or a CI image) may have an agent and no OpenSSH
// client, a preview would pay for three processes, and the format is one page of sshd(8).
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { publicKey } from "./public-key.ts";
import { operatorSsh } from "./ssh-config.ts";

export interface KnownHosts {
  /** The keys that the files hold for this host, in their order, each once. */
  keys: string[];
  /** Keys that are never to be trusted for it (`@revoked`). */
  revoked: string[];
  /** Whether a CA of host keys is trusted for it (`@cert-authority`). */
  authority: boolean;
}

/** The files that OpenSSH reads of a host: those of ssh_config, else the usual ones; and the machine's. */
export function knownHostsFiles(host: string): string[] {
  const usual = ["known_hosts", "known_hosts2"].map((name) => join(homedir(), ".ssh", name));
  const { knownHostsFiles: named } = operatorSsh(host);
  return [...(named.length > 0 ? named : usual), "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
}

/** How known_hosts names a host: bare on port 22, else `[host]:port`. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Everything the files say of that name. A file that is not there says nothing. */
export async function readKnownHosts(files: readonly string[], name: string): Promise<KnownHosts> {
  const texts = await Promise.all(files.map(readIfThere));
  return findKnownHosts(texts.join("\n"), name);
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Everything the text of a known_hosts file says of that name. Lines that make no sense are passed over, as by OpenSSH. */
export function findKnownHosts(text: string, name: string): KnownHosts {
  const found = text.split("\n").flatMap((line) => entry(line, name) ?? []);
  const keys = (marker: string | undefined) => [
    ...new Set(found.filter((each) => each.marker === marker).map((each) => each.key)),
  ];
  const revoked = keys("@revoked");
  // Of @cert-authority it is only said that there is one: @pulumi/command compares keys and knows no host certificates.
  return {
    keys: keys(undefined).filter((key) => !revoked.includes(key)),
    revoked,
    authority: keys("@cert-authority").length > 0,
  };
}

function entry(line: string, name: string): { marker?: string; key: string } | undefined {
  const fields = line.trim().split(/\s+/);
  const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
  const [hosts = "", ...key] = fields;
  if (hosts === "" || hosts.startsWith("#") || !matches(hosts, name)) return undefined;
  try {
    return { ...(marker && { marker }), key: publicKey(key.join(" ")) };
  } catch {
    return undefined;
  }
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  const hit = (pattern: string) => asExpression(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith("!") && hit(pattern.slice(1)))) return false;
  return patterns.some(hit);
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, so that the file does not tell where its owner logs in. */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt = "", hash] = hosts.split("|");
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

/** `*` and `?` are the only wildcards; brackets stand for themselves. */
function asExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
