import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { pulumiLine } from "../infra/pulumi-command.ts";
import { isSandboxAddress, sandboxOf, stackOf } from "./sandbox-names.ts";

const hostKey = "geo-system:host";

/** Which stack a command means, and the sandbox whose stack it is, if any. */
export interface Choice {
  stack: string;
  sandbox: string | undefined;
}

/** What is known before choosing. */
export interface Wishes {
  /** `--stack` or PULUMI_STACK. */
  wanted?: string | undefined;
  /** The stacks whose file configures a host. */
  configured: readonly string[];
  /** The stack the operator selected, asked for only when it matters. */
  selected: () => Promise<string | undefined>;
}

/**
 * The stack that is wanted or selected; the sandbox where no stack configures a host.
 *
 * @throws when a host is configured but it is not clear which stack is meant: a real host is never guessed
 */
export async function chooseStack({ wanted, configured, selected }: Wishes): Promise<Choice> {
  if (wanted) return { stack: wanted, sandbox: sandboxOf(wanted) };
  if (configured.length === 0) return { stack: stackOf("sandbox"), sandbox: "sandbox" };
  const stack = await selected();
  if (stack && configured.includes(stack)) return { stack, sandbox: sandboxOf(stack) };
  throw new Error(
    `${stack ? `the selected stack ${stack} configures none` : "no stack is selected"}, but ${configured.map((name) => `Pulumi.${name}.yaml`).join(", ")} configures a host\n` +
      `  next: ${pulumiLine(`stack select ${configured[0]}`)}   or, for a throw-away host: npm run up -- --stack sandbox`,
  );
}

/** The stacks of this project whose file sets a `host` that is no sandbox. */
export function configuredStacks(project: string): string[] {
  return readdirSync(project)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => ownHost(stackConfig(project, stack)));
}

/**
 * Sees to it that the stack of a sandbox is not one that a person made for a host: its connection would be overwritten.
 *
 * @throws where the file of the stack sets a `host` outside of the sandboxes' network, with what to do
 */
export function refuseOwnHost(stack: string, config: Record<string, unknown>): void {
  const host = ownHost(config);
  if (!host) return;
  throw new Error(
    `Pulumi.${stack}.yaml: expected no host or one in 198.18.0.0/15, because a stack named sandbox or sandbox-… belongs to a sandbox; found ${host}\n` +
      `  next: give the stack of a host of your own another name: ${pulumiLine(`stack rename production --stack ${stack}`)}   or, for a sandbox, remove the line ${hostKey} from Pulumi.${stack}.yaml`,
  );
}

/** The configured host, or the first of several; undefined where there is none, or only sandboxes'. */
function ownHost(config: Record<string, unknown>): unknown {
  const all = [config[hostKey], ...(hostsIn(config) ?? []).map(({ host }) => host)];
  return all.find((host) => host !== undefined && !isSandboxAddress(host));
}

/** A host of a fleet as a stack's file has it; whatever else is set for it stays. */
export type HostEntry = Record<string, unknown> & { host?: unknown; name?: unknown };

/** The `hosts` in a stack's file; undefined where there are none. */
export function hostsIn(config: Record<string, unknown>): HostEntry[] | undefined {
  const given = config["geo-system:hosts"];
  const hosts: unknown = typeof given === "string" && given.trim() !== "" ? JSON.parse(given) : given;
  if (!Array.isArray(hosts) || hosts.length === 0) return undefined;
  return hosts.map((host: unknown) => (typeof host === "string" ? { host } : (host as HostEntry)));
}

/** The configuration in a stack's file; empty where there is none. */
export function stackConfig(project: string, stack: string): Record<string, unknown> {
  try {
    const file = parse(readFileSync(join(project, `Pulumi.${stack}.yaml`), "utf8")) as {
      config?: Record<string, unknown>;
    } | null;
    return file?.config ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
