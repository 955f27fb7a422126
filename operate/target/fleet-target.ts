import { readFile } from "node:fs/promises";
import { ownHosts, targetsOfHost } from "../own/target.ts";
import { sandboxOfHost } from "../sandbox-names.ts";
import { switchedOff } from "./describe-stack.ts";
import type { KnownStack } from "./known-stack.ts";
import type { Target } from "./target.ts";

/** What of a fleet is meant; default: all of it. */
interface Wanted {
  application: string | undefined;
  component: string | undefined;
}

/** The hosts of a stack with `hosts`, as its state has them. In that of a sandbox each host is a sandbox. */
export async function fleetTargets(
  stack: KnownStack,
  up: string,
  { application, component }: Wanted,
): Promise<Target[]> {
  const hosts = await ownHosts(stack, component);
  const all = hosts.map(async (host) => {
    const targets = targetsOfHost(host, up, application);
    const own = stack.sandbox && sandboxOfHost(stack.sandbox, host.name.slice(`${host.fleet}-`.length));
    return own ? targets.map((target) => inSandbox(target, own)) : targets;
  });
  return (await Promise.all(all)).flat();
}

/** A sandbox has a key of its own, and may be switched off. */
function inSandbox(target: Target, name: string): Target {
  return {
    ...target,
    ssh: `npm run -s sandbox -- ssh --name ${name} --`,
    withKeys: (run) => run(),
    connection: async () => {
      const { knownSandbox } = await import("./known-sandbox.ts");
      const { host } = knownSandbox(name);
      if (!host.on) throw new Error(switchedOff(name).cause);
      return { ...(await target.connection()), privateKey: await readFile(host.keyPath, "utf8") };
    },
  };
}
