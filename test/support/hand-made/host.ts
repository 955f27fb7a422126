import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startHost, type TestHost } from "../host.ts";

export type Variant = "guide" | "nvm" | "certbot" | "unit" | "two" | "session" | "docker";

/** The value that no output may show: in the environment of each of them. */
export const canary = "canary-4711";

/** A host that was set up by hand, with an application that answers on port 3000: see host.sh. */
export async function startHandMade(variant: Variant): Promise<TestHost> {
  const host = await startHost(`hand-${variant}`);
  try {
    await makeByHand(host, variant);
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same of a fresh host that there is. */
export async function makeByHand(host: TestHost, variant: Variant): Promise<void> {
  const script = await readFile(fileURLToPath(new URL("host.sh", import.meta.url)), "utf8");
  await host.run(`bash -s -- ${variant}`, { input: script });
}

/** The state that a command which changes nothing leaves as it is: files, rules, nginx, and what runs since when. */
export const snapshot = (host: TestHost): Promise<string> =>
  host.run(
    `sudo bash -c 'find /etc /home /opt /srv /usr /var/www -xdev -printf "%p %s %m %u %T@\\n" 2> /dev/null | sort; ufw status; nginx -T 2>&1; cat /home/*/.pm2/dump.pm2 2> /dev/null; pgrep -a "^(node|nginx)|God" | sort'`,
  );

/** What the undo of the steps must give back, without their command itself, one line each: files with their text where they are settings, rules, nginx, what runs. */
export async function inventory(host: TestHost): Promise<string[]> {
  const said = await host.run("sudo bash -s", {
    input: `find /etc /home /srv /usr/local /var/www -xdev -not -path "*/.pm2/*" -not -path "/etc/alternatives/*" -not -name ".geo-system*" -not -path /usr/local/sbin/geo-system -printf "%p %y %m %u %l\n"
find /etc/nginx /etc/systemd /etc/ufw /home -xdev -type f -not -path "*/.pm2/*" -exec sha256sum {} +
ufw status
nginx -T 2> /dev/null
systemctl list-unit-files --state enabled --no-legend
for home in /home/*; do grep -hE '"(name|status|pm_exec_path|exec_interpreter)":' "$home/.pm2/dump.pm2" 2> /dev/null; done
ss -Hltnp | grep -oE '127.0.0.1:[0-9]+|pid=[0-9]+' | sed -E 's|pid=(.*)|/proc/\\1/exe|' | while read -r each; do readlink "$each" || echo "$each"; done
`,
  });
  return said.split("\n");
}

/** What is on one side only, `+` what came and `-` what went. */
export const difference = (before: readonly string[], after: readonly string[]): string[] => [
  ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
];
