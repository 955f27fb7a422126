import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { TestHost } from "../../support/host.ts";
import { token } from "../../unit/handshake/protocols/support.ts";

/**
 * Installs a server from the distribution's own packages, starts it with the folder's start.sh, and says which version
 * it is.
 */
export async function startServer(
  host: TestHost,
  name: string,
  distributionPackage: string,
): Promise<string> {
  await copy(host, fileURLToPath(new URL(name, import.meta.url)), name);
  await host.run(`cd ${name} && DEBIAN_FRONTEND=noninteractive sh start.sh ${token}`);
  return (await host.run(`dpkg-query -W -f '\${Version}' ${distributionPackage}`)).trim();
}

async function copy(host: TestHost, from: string, to: string): Promise<void> {
  const { stdout } = await execa("tar", ["-C", from, "-cf", "-", "."], { stripFinalNewline: false });
  await host.run(`mkdir -p ${to} && tar -C ${to} -xf -`, { input: stdout });
}
