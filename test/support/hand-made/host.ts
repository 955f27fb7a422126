import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startHost, type TestHost } from "../host.ts";

export type Variant = "guide" | "nvm" | "certbot" | "unit" | "two";

/** The value that no output may show: in the environment of each of them. */
export const canary = "canary-4711";

/** A host that was set up by hand, with an application that answers on port 3000: see host.sh. */
export async function startHandMade(variant: Variant): Promise<TestHost> {
  const host = await startHost(`hand-${variant}`);
  try {
    const script = await readFile(fileURLToPath(new URL("host.sh", import.meta.url)), "utf8");
    await host.run(`bash -s -- ${variant}`, { input: script });
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** The state that a command which changes nothing leaves as it is: files, rules, nginx, and what runs since when. */
export const snapshot = (host: TestHost): Promise<string> =>
  host.run(
    `sudo bash -c 'find /etc /home /opt /srv /usr /var/www -xdev -printf "%p %s %m %u %T@\\n" 2> /dev/null | sort; ufw status; nginx -T 2>&1; cat /home/*/.pm2/dump.pm2 2> /dev/null; pgrep -a "^(node|nginx)|God" | sort'`,
  );
