import { type Command, Option } from "commander";
import { presetNames } from "../../infra/handshake/handshake.ts";
import { NoProject, type Project, projectHere } from "../project.ts";
import { componentOption } from "./component-option.ts";
import { handshakeFrom } from "./handshake-option.ts";
import type { HostOptions } from "./option-target.ts";
import type { Target } from "./target.ts";

const collect = (value: string, before: string[] = []) => [...before, value];

/** The options that tell every operator command its host. */
export function hostOptions(command: Command): Command {
  return command
    .option(
      "-s, --stack <name>",
      "the stack to ask (default: the selected one, or sandbox where no host is configured)",
    )
    .addOption(componentOption())
    .option("--host <address>", "a host without a stack")
    .option(
      "--url <url>",
      "a WebSocket address as clients use it, with its query; a host without a stack; may come twice",
      collect,
    )
    .addOption(handshakeOption())
    .option("--script <file>", "the same as a script, in JSON or YAML: docs/handshake.md")
    .option("--user <name>", "who logs in to --host (default: ubuntu)")
    .option("--port <number>", "port of its sshd (default: 22)")
    .option("--jump-host <[user@]host[:port]>", "host to go through")
    .option("--host-key <key>", "its public key, ssh-ed25519 AAAA… (default: what known_hosts says)")
    .option("--identity <file>", "private key to log in with (default: the agent's, or the usual files)")
    .option("--ca <file>", "certificate (PEM) of the CA to trust")
    .option(
      "--application <name>",
      "which of several: its name in applications (default: each, or the first); with --host its name under pm2",
    )
    .option("--site <name>", "name of the nginx site (default: geo-system)")
    .helpOption("-h, --help", "show this help");
}

/** Its values are named, and what is wrong with another one is said where it is read. */
function handshakeOption(): Option {
  const option = new Option(
    "--handshake <preset>",
    "what its backend speaks; as in the stack, and without a stack plain, where it is not given",
  );
  option.argChoices = [...presetNames];
  return option;
}

/** The host that is meant: named by options, else the stack's. Only what it takes is loaded. */
export async function targetOf(options: HostOptions): Promise<Target> {
  const targets = await targetsOf(options);
  const [first] = targets;
  if (!first) throw new Error("the stack has no application");
  const [member, ...others] = membersAmong(targets);
  if (others.length === 0) return first;
  throw new Error(
    `which host? expected one of the fleet, found ${[member, ...others].join(", ")}\n  next: --component ${member}`,
  );
}

/** The names of the hosts, where they are a fleet. */
export const membersAmong = (targets: readonly Target[]): string[] => [
  ...new Set(targets.flatMap(({ member }) => member ?? [])),
];

/** `geo-b`, or `geo-b/api` where its host has several applications. */
export const memberName = ({ member, host, applicationName }: Target): string =>
  [member ?? host, applicationName].filter(Boolean).join("/");

/** The same, once for each application of each host that may be meant. */
export async function targetsOf(options: HostOptions): Promise<Target[]> {
  if (options.stack && (options.host || options.url)) {
    throw new Error("--stack and --host or --url: expected one of the two ways to name a host, found both");
  }
  if (!options.host && !options.url) {
    const targets = await stackTargets(options);
    const handshake = await handshakeFrom(options);
    if (!handshake) return targets;
    return targets.map((target) => ({
      ...target,
      client: target.client.then((client) => ({ ...client, handshake })),
    }));
  }
  return [await (await import("./option-target.ts")).optionTarget(options)];
}

/** The stack of a program of one's own has its hosts in its state; the build leaves out what a checkout has. */
async function stackTargets({ stack, component, application }: HostOptions): Promise<Target[]> {
  const project = projectOr(whichHost);
  if (project.own) {
    const { ownTargets } = await import("../own/target.ts");
    return ownTargets(project, { stack, component, application });
  }
  const stacks = process.env.GEO_SYSTEM_INSTALLED === "yes" ? undefined : await import("./stack-target.ts");
  if (stacks) return stacks.stackTargets(stack, { application, component }, project);
  throw new Error(whichHost);
}

const whichHost =
  "which host? There is no Pulumi.yaml in this folder or above it\n" +
  "  next: cd into the folder of your project   or name the host: --host ADDRESS, or --url ws://HOST/PATH as its clients use it";

function projectOr(problem: string): Project {
  try {
    return projectHere();
  } catch (error) {
    throw error instanceof NoProject ? new Error(problem) : error;
  }
}
