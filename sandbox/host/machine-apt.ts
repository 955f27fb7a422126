import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { MirroredDistribution } from "./distribution.ts";
import type { MachineFile } from "./machine-files.ts";

/** How to reach an archive. The rest of apt's settings is the host's own affair. */
const carried =
  /^Acquire::((https?|ftp|socks5h)::|Check-Valid-Until|Check-Date|Retries|Force|Max-FutureTime|AllowInsecure)/i;

export async function aptFiles(distribution: MirroredDistribution): Promise<MachineFile[]> {
  const { stdout } = await execa("apt-config", ["dump"]);
  const settings = stdout.split("\n").filter((line) => carried.test(line) && !line.endsWith(' "";'));
  return [
    { path: "/etc/apt/sources.list", text: `# See sources.list.d/${distribution.id}.sources\n` },
    { path: `/etc/apt/sources.list.d/${distribution.id}.sources`, text: sourcesOf(distribution) },
    { path: "/etc/apt/apt.conf.d/90machine", text: `${settings.join("\n")}\n` },
    ...filesNamedIn(settings),
    ...authFiles("/etc/apt/auth.conf"),
    ...authFiles("/etc/apt/auth.conf.d"),
  ];
}

function sourcesOf({ id, suite, components, mirrors }: MirroredDistribution): string {
  const stanza = (uri: string, ...suites: string[]) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites.join(" ")}`,
      `Components: ${components.join(" ")}`,
      `Signed-By: /usr/share/keyrings/${id}-archive-keyring.gpg`,
      "",
    ].join("\n");
  return `${stanza(mirrors.archive, suite, `${suite}-updates`)}\n${stanza(mirrors.security, `${suite}-security`)}`;
}

/** Certificates and keys that apt's settings name by their path. */
function filesNamedIn(settings: readonly string[]): MachineFile[] {
  const paths = settings.flatMap((line) => /"(\/[^"]+)";$/.exec(line)?.[1] ?? []);
  const files = paths.filter((path) => existsSync(path) && lstatSync(path).isFile());
  return files
    .filter((path) => !path.startsWith("/etc/ssl/certs/"))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** User names and passwords of mirrors. */
function authFiles(path: string): MachineFile[] {
  if (!existsSync(path)) return [];
  if (lstatSync(path).isDirectory()) return readdirSync(path).flatMap((file) => authFiles(join(path, file)));
  return [{ path, text: readFileSync(path, "utf8"), mode: 0o600 }];
}
