import type { MirroredDistribution } from "./distribution.ts";
import { aptFiles } from "./machine-apt.ts";
import { bundle, certificateFiles } from "./machine-certificates.ts";
import { npmFiles } from "./machine-npm.ts";
import { pipFiles } from "./machine-pip.ts";

/** A file of the host, made from this machine's settings. */
export interface MachineFile {
  path: string;
  text: string;
  /** Default 0644. */
  mode?: number;
  /** Whether it belongs to the user instead of root. */
  user?: boolean;
}

/** What lets apt, npm and pip work inside as they do on this machine: mirrors, certificates, proxies, registries. */
export async function machineFiles(distribution: MirroredDistribution): Promise<MachineFile[]> {
  return [
    ...(await aptFiles(distribution)),
    ...certificateFiles(),
    ...npmFiles(),
    ...pipFiles(),
    ...environmentFiles(machineEnvironment()),
  ];
}

const proxies = ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);

function machineEnvironment(): [string, string][] {
  const carried = proxies.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value ? [[name, value]] : [];
  });
  return process.env.NODE_EXTRA_CA_CERTS ? [["NODE_EXTRA_CA_CERTS", bundle], ...carried] : carried;
}

/** For logins and sudo, and for the services of systemd. */
function environmentFiles(variables: readonly [string, string][]): MachineFile[] {
  if (variables.length === 0) return [];
  const lines = variables.map(([name, value]) => `${name}="${value}"`);
  const names = variables.map(([name]) => name).join(" ");
  const words = variables.map(([name, value]) => `"${name}=${value.replaceAll("%", "%%")}"`);
  const path = 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"';
  return [
    { path: "/etc/environment", text: [path, ...lines, ""].join("\n") },
    // Debian's sudo does not read that file.
    { path: "/etc/sudoers.d/90-machine", text: `Defaults env_keep += "${names}"\n`, mode: 0o440 },
    {
      path: "/etc/systemd/system.conf.d/90-machine.conf",
      text: `[Manager]\nDefaultEnvironment=${words.join(" ")}\n`,
    },
  ];
}
