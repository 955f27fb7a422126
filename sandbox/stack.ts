import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { stackConfig } from "../operate/stack.ts";
import type { SandboxInfo } from "./host/sandbox.ts";

const project = "geo-system";

/** The stack of a sandbox: its files begin with `Pulumi.sandbox`, so that git ignores them. */
export function sandboxStackName(sandbox: string): string {
  return /^sandbox(-|$)/.test(sandbox) ? sandbox : `sandbox-${sandbox}`;
}

/**
 * Where the stack of a sandbox lives: in the folder of its host, so that host and state are thrown away together.
 * That folder is root's alone, and a passphrase kept beside what it protects would add nothing.
 */
export function sandboxEnvironment(sandbox: string, folder: string): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${join(folder, "pulumi")}`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_STACK: sandboxStackName(sandbox),
  };
}

/** Makes the stack where there is none, and tells it which host to use. Other keys stay as a person set them. */
export async function prepareSandboxStack(
  info: SandboxInfo,
  folder: string,
  cwd: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const stack = sandboxStackName(info.name);
  const pulumi = (...args: string[]) => execa("pulumi", args, { cwd, env: environment });
  if (!existsSync(join(folder, "pulumi/.pulumi/stacks", project, `${stack}.json`))) {
    mkdirSync(join(folder, "pulumi"), { recursive: true });
    // Not selected: the operator's own choice of a stack stays.
    await pulumi("stack", "init", stack, "--no-select");
  }
  const wanted = await wantedConfig(info, stackConfig(cwd, stack));
  if (wanted.length > 0) await pulumi("config", "set-all", "--path", "--stack", stack, ...wanted);
}

/** The settings that are missing or old, as arguments of `pulumi config set-all`. */
async function wantedConfig(info: SandboxInfo, config: Record<string, unknown>): Promise<string[]> {
  const { address: host, port, user, hostKey } = info;
  const connection = Object.entries({ host, port, user, hostKey })
    .filter(([key, value]) => String(config[`${project}:${key}`]) !== String(value))
    .flatMap(([key, value]) => ["--plaintext", `${project}:${key}=${value}`]);
  const once = [
    ...(config[`${project}:nodeSource`]
      ? []
      : ["--plaintext", `${project}:nodeSource=${await reachableNodeSource()}`]),
    ...(config[`${project}:backendSecretEnvironment`]
      ? []
      : ["--secret", `${project}:backendSecretEnvironment.TOKEN_SECRET=${randomBytes(32).toString("hex")}`]),
  ];
  return [...connection, ...once];
}

/** The official archive where this machine reaches it, else the same files from the npm registry. */
async function reachableNodeSource(): Promise<"archive" | "npm"> {
  const reached = await fetch("https://nodejs.org/dist/index.json", {
    method: "HEAD",
    signal: AbortSignal.timeout(3000),
  }).then(
    (answer) => answer.ok,
    () => false,
  );
  return reached ? "archive" : "npm";
}
