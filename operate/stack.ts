import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const sandboxStack = /^sandbox(-|$)/;

/** Which stack a command means, and whether it is the one of a sandbox. */
export interface Choice {
  stack: string;
  sandbox: boolean;
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
  if (wanted) return { stack: wanted, sandbox: sandboxStack.test(wanted) };
  if (configured.length === 0) return { stack: "sandbox", sandbox: true };
  const stack = await selected();
  if (stack && configured.includes(stack)) return { stack, sandbox: false };
  throw new Error(
    `${stack ? `the selected stack ${stack} configures no host` : "no stack is selected"}, but ${configured.map((name) => `Pulumi.${name}.yaml`).join(", ")} does\n` +
      `  next: npx pulumi stack select ${configured[0]}   or, for a throw-away host: npm run up -- --stack sandbox`,
  );
}

/** The stacks of this project, sandboxes apart, whose file sets `host`. */
export function configuredStacks(project: string): string[] {
  return readdirSync(project)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => !sandboxStack.test(stack) && stackConfig(project, stack)["geo-system:host"]);
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
