import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import SSHConfig from "ssh-config";
import { globSync } from "tinyglobby";

/** What an operator's ssh_config says of a host. It is of this operator alone: nothing of it may enter the state. */
export interface OperatorSsh {
  /** Each keyword that was found with its value, as a person reads it: `HostName 203.0.113.7`. */
  said: string[];
  hostName?: string;
  user?: string;
  port?: number;
  /** As `ssh -J` takes it. */
  proxyJump?: string;
  identityFiles: string[];
  identityAgent?: string;
  knownHostsFiles: string[];
}

const keywords = [
  ...["hostname", "user", "port", "proxyjump", "identityfile", "identityagent", "userknownhostsfile"],
] as const;
type Keyword = (typeof keywords)[number];
type Computed = Partial<Record<Keyword, string | string[]>>;

/** The files that ssh reads, the operator's own first: of each keyword the first value counts. */
export const sshConfigFiles = () => [join(homedir(), ".ssh/config"), "/etc/ssh/ssh_config"];

/**
 * What ssh_config says of a name, as `ssh NAME` would take it: Host, Match, Include and the rest are read; ProxyCommand is not.
 *
 * @example operatorSsh("prod").hostName // "203.0.113.7"
 */
export function operatorSsh(name: string, files: readonly string[] = sshConfigFiles()): OperatorSsh {
  const text = files.map((file) => withIncluded(file)).join("\n");
  // `Match exec` runs a command: whoever wrote it there wants that with every ssh as well.
  const computed = SSHConfig.parse(withUsualCase(text)).compute(name, { ignoreCase: true }) as Computed;
  const first = (key: Keyword) => all(computed[key])[0];
  const hostName = first("hostname")?.replaceAll("%h", name).replaceAll("%%", "%");
  const expand = (path: string) => expanded(path, { name, hostName: hostName ?? name, user: first("user") });
  const port = first("port");
  const proxyJump = first("proxyjump");
  const agent = first("identityagent");
  return {
    said: keywords.flatMap((key) => all(computed[key]).map((value) => `${spelled[key]} ${value}`)),
    ...(hostName && { hostName }),
    ...(first("user") && { user: first("user") as string }),
    ...(port && { port: Number(port) }),
    ...(proxyJump && proxyJump !== "none" && { proxyJump }),
    identityFiles: all(computed.identityfile)
      .filter((path) => path !== "none")
      .map(expand),
    ...(agent && agent !== "none" && { identityAgent: agentSocket(agent, expand) }),
    knownHostsFiles: all(computed.userknownhostsfile)
      .filter((path) => path !== "none")
      .map(expand),
  };
}

/** The library recognises `Match host` and `Match user` in these spellings only. */
const withUsualCase = (text: string) =>
  text.replaceAll(
    /^([ \t]*)(hostname|user)(?=[ \t=])/gim,
    (_, before: string, keyword: string) => before + (keyword.length === 4 ? "User" : "HostName"),
  );

const spelled: Record<Keyword, string> = {
  hostname: "HostName",
  user: "User",
  port: "Port",
  proxyjump: "ProxyJump",
  identityfile: "IdentityFile",
  identityagent: "IdentityAgent",
  userknownhostsfile: "UserKnownHostsFile",
};

const all = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat().map((text) => text.replace(/^"(.*)"$/, "$1"));

/** `SSH_AUTH_SOCK` and `$NAME` are names of environment variables. */
function agentSocket(text: string, expand: (path: string) => string): string {
  const variable = text === "SSH_AUTH_SOCK" ? text : /^\$(\w+)$/.exec(text)?.[1];
  return variable === undefined ? expand(text) : (process.env[variable] ?? "");
}

/** `~` and the tokens of ssh_config(5) that paths have. */
function expanded(path: string, of: { name: string; hostName: string; user: string | undefined }): string {
  const values: Record<string, string> = {
    ...{
      "%": "%",
      d: homedir(),
      h: of.hostName,
      n: of.name,
      k: of.name,
      i: String(process.getuid?.() ?? ""),
    },
    ...{ r: of.user ?? userInfo().username, u: userInfo().username },
  };
  const known = path.replaceAll(/%(.)/g, (token, letter: string) => values[letter] ?? token);
  return known
    .replace(/^~(?=\/|$)/, homedir())
    .replaceAll(/\$\{(\w+)\}/g, (_, name) => process.env[name] ?? "");
}

/** At most as deep as OpenSSH goes. */
const deepest = 16;

/** The text of a file with those it includes in the place of the line; nothing where it is not there. */
function withIncluded(file: string, depth = 0): string {
  return readIfThere(file).replaceAll(/^[ \t]*Include[ \t=]+(.+)$/gim, (_, words: string) =>
    depth === deepest
      ? ""
      : included(words, file)
          .map((path) => withIncluded(path, depth + 1))
          .join("\n"),
  );
}

/** Patterns start from ~/.ssh in an operator's file, else from /etc/ssh. */
function included(words: string, from: string): string[] {
  const base = from.startsWith("/etc/") ? "/etc/ssh" : join(homedir(), ".ssh");
  const patterns = words.match(/"[^"]*"|\S+/g) ?? [];
  return patterns
    .map((word) => word.replaceAll('"', "").replace(/^~(?=\/)/, homedir()))
    .flatMap((word) => {
      const path = isAbsolute(word) ? word : resolve(base, word);
      return /[*?[]/.test(path) ? globSync(path, { absolute: true, dot: true }).sort() : [path];
    });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}
