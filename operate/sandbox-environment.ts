import { join } from "node:path";
import { folder } from "../sandbox/host/paths.ts";
import { stackOf } from "./sandbox-names.ts";

/**
 * Where the stack of a sandbox lives: in the folder of its host, so that host and state are thrown away together.
 * That folder is root's alone, and a passphrase kept beside what it protects would add nothing.
 */
export function sandboxEnvironment(name: string): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${join(folder(name), "pulumi")}`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_STACK: stackOf(name),
    // How a person types these, for the advice and the commands that the program prints: the state lies in a place of
    // its own, and the host takes a key of its own.
    GEO_SYSTEM_PULUMI: `PULUMI_STACK=${stackOf(name)} npm run -s pulumi --`,
    GEO_SYSTEM_SSH: `npm run -s sandbox -- ssh --name ${name} --`,
  };
}
