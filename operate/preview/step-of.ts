/** The steps of a host in their order; `command` is what runs them on the host. */
export const stepOrder = [
  "command",
  "packages",
  "firewall",
  "certificate",
  "site",
  "backend",
  "handshake",
] as const;
export type StepName = (typeof stepOrder)[number];

/** Whose part a resource is, by the end of its name. Longer ends come first: `ca-key` is no `key`. */
const parts: readonly (readonly [end: string, step: StepName])[] = [
  ["ca-key", "certificate"],
  ["ca", "certificate"],
  ["key", "certificate"],
  ["request", "certificate"],
  ["leaf", "certificate"],
  ["certificate", "certificate"],
  ["environment", "backend"],
  ["release", "backend"],
  ["backend", "backend"],
  ["command", "command"],
  ["packages", "packages"],
  ["firewall", "firewall"],
  ["site", "site"],
];

/** Where a resource belongs. */
export interface Place {
  /** Its step; undefined for what is no part of a WebSocketHost. */
  step: StepName | undefined;
  /** The name of its WebSocketHost, or its own. */
  name: string;
  /** Whether it is the step's own resource, and not one that the step is made from. */
  main: boolean;
}

/**
 * The step that a resource belongs to, read from its URN.
 *
 * @example placeOf("urn:pulumi:prod::geo-system::geo-system:index:WebSocketHost$command:remote:Command::geo-site")
 *   // { step: "site", name: "geo", main: true }
 */
export function placeOf(urn: string): Place {
  const [, , type = "", ...rest] = urn.split("::");
  const name = rest.join("::");
  const part = type.includes("geo-system:index:WebSocketHost$")
    ? parts.find(([end]) => name.endsWith(`-${end}`))
    : undefined;
  if (!part) return { step: undefined, name, main: true };
  const [end, step] = part;
  return { step, name: name.slice(0, -end.length - 1), main: end === step };
}

/** The last part of a resource's type: `Command` of `command:remote:Command`. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split(/[$:]/).at(-1) ?? "";
}

/** Whether what enters this resource is secret as a whole, and is never shown, not even where Pulumi would. */
export function isSecret(urn: string): boolean {
  const { step, main } = placeOf(urn);
  return step === "certificate" || (step === "backend" && !main);
}
