import { isIPv4 } from "node:net";

/*
 * One rule between a sandbox and its stack: `sandbox` has the stack `sandbox`, and `two` has `sandbox-two`. So the
 * files of all these stacks begin with `Pulumi.sandbox`, and git ignores them.
 */

const main = "sandbox";

/** The stack of a sandbox. */
export function stackOf(sandbox: string): string {
  return sandbox === main ? main : `${main}-${sandbox}`;
}

/**
 * The sandbox of a stack; undefined for the stack of a real host.
 *
 * @example sandboxOf("sandbox-two") // "two": what `npm run sandbox -- up --name two` starts
 */
export function sandboxOf(stack: string): string | undefined {
  const name = stack === main ? main : stack.slice(`${main}-`.length);
  return name && stack === stackOf(name) ? name : undefined;
}

/** The sandbox of a fleet's host: host `a` is the stack's own sandbox, `shop`, and the others are `shop-b`, `shop-c`. */
export const sandboxOfHost = (sandbox: string, host: string) =>
  host === "a" ? sandbox : `${sandbox}-${host}`;

/** Whether a host is in the network that only sandboxes use: 198.18.0.0/15, which is set apart for trials. */
export function isSandboxAddress(host: unknown): boolean {
  return typeof host === "string" && isIPv4(host) && /^198\.1[89]\./.test(host);
}
