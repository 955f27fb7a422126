import { packagesPayload } from "../../../infra/render/packages.ts";
import { commandText } from "../../../infra/render/scripts.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import { validate } from "../../../infra/settings/validate.ts";
import { startHost, type TestHost } from "../../support/host.ts";

/** Settings as a configuration gives them, for a host of the tests. */
export function settingsFor(host: TestHost, changes: Partial<Settings> = {}): Settings {
  return validate({ host: host.address, handshakeToken: "token", nodeSource: "npm", ...changes });
}

/** A fresh host with the command and everything of step `packages`. */
export async function startServedHost(label: string): Promise<TestHost> {
  const host = await startHost(label);
  await host.installCommand(commandText());
  await host.run("sudo geo-system packages apply", { input: packagesPayload(settingsFor(host)) });
  return host;
}

/** The last line of what a step said: its result. */
export const result = (output: string) => output.trimEnd().split("\n").at(-1);
