import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { say } from "../sandbox/host/say.ts";
import { sandboxEnvironment } from "./sandbox-environment.ts";
import { stackOf } from "./sandbox-names.ts";
import { refuseOwnHost, stackConfig } from "./stack.ts";

const project = "geo-system";

/** What a run of the CLI on the stack of a sandbox needs. */
export interface SandboxStack {
  environment: Record<string, string>;
  keyPaths: string[];
}

/**
 * Starts a sandbox that does not run, and makes its stack ready.
 *
 * @throws where the stack is one of a host that is no sandbox, before anything is started or written
 */
export async function readySandboxStack(
  name: string,
  cwd: string,
  base: NodeJS.ProcessEnv,
): Promise<SandboxStack> {
  refuseOwnHost(stackOf(name), stackConfig(cwd, stackOf(name)));
  const info = await sandbox.up(name);
  const folder = sandbox.folder(name);
  const environment = sandboxEnvironment(name);
  await prepare(info, folder, cwd, { ...base, ...environment });
  return { environment, keyPaths: [info.keyPath] };
}

/** Makes the stack where there is none, and tells it which host to use. Other keys stay as a person set them. */
async function prepare(
  info: sandbox.SandboxInfo,
  folder: string,
  cwd: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const stack = stackOf(info.name);
  const pulumi = (...args: string[]) => execa("pulumi", args, { cwd, env: environment });
  if (!existsSync(join(folder, "pulumi/.pulumi/stacks", project, `${stack}.json`))) {
    mkdirSync(join(folder, "pulumi"), { recursive: true });
    // Not selected: the operator's own choice of a stack stays.
    await pulumi("stack", "init", stack, "--no-select");
  }
  const config = stackConfig(cwd, stack);
  for (const line of setBack(info, config)) say(line);
  const wanted = await wantedConfig(info, config);
  if (wanted.length > 0) await pulumi("config", "set-all", "--path", "--stack", stack, ...wanted);
}

function connectionOf({ address: host, port, user, hostKey }: sandbox.SandboxInfo): [string, string][] {
  return Object.entries({ host, port, user, hostKey }).map(([key, value]) => [
    `${project}:${key}`,
    String(value),
  ]);
}

/** What is said of settings that the sandbox decides, and that hold another value: somebody set it, or the host is new. */
export function setBack(info: sandbox.SandboxInfo, config: Record<string, unknown>): string[] {
  const stack = stackOf(info.name);
  return connectionOf(info)
    .filter(([key, value]) => config[key] !== undefined && String(config[key]) !== value)
    .map(
      ([key, value]) =>
        `Pulumi.${stack}.yaml: ${key} is ${value} again, because the sandbox "${info.name}" has it so; found ${JSON.stringify(config[key])}`,
    );
}

/** The settings that are missing or old, as arguments of `pulumi config set-all`. */
async function wantedConfig(info: sandbox.SandboxInfo, config: Record<string, unknown>): Promise<string[]> {
  const connection = connectionOf(info)
    .filter(([key, value]) => String(config[key]) !== value)
    .flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
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
