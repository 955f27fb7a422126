import { scriptedSteps } from "../../infra/render/scripts.ts";

/** The steps of a host in their order; `command` is what runs them on the host. */
export const stepOrder = ["command", ...scriptedSteps, "handshake"] as const;
export type StepName = (typeof stepOrder)[number];

/** What a step is made from and is not named after it. Longer ends come first: `ca-key` is no `key`. */
const parts: readonly (readonly [end: string, step: StepName])[] = [
  ["ca-key", "certificate"],
  ["ca", "certificate"],
  ["key", "certificate"],
  ["request", "certificate"],
  ["leaf", "certificate"],
  ["environment", "backend"],
  ["release", "backend"],
];

/** `geo-site`, and also `geo-firewall-confirm`. */
const named = new RegExp(`^(.+)-(${stepOrder.join("|")})(-[a-z]+)?$`);

/** `geo-file-set-root`, and the upload that it takes up: `geo-file-upload-root`. */
const ofFiles = /^(.+?)-file-(set|upload)-(.+)$/;

/** `geo-backend-api`, and what that step is made from: `geo-environment-api`, `geo-release-api`. */
const ofApplication = /^(.+?)-(backend|environment|release)-([a-z][a-z0-9-]*)$/;

/** Where a resource belongs. */
export interface Place {
  /** Its step; undefined for what is no part of a WebSocketHost. */
  step: StepName | undefined;
  /** The name of its WebSocketHost, or its own. */
  name: string;
  /** Which of several applications it is of. */
  application?: string;
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
  const elsewhere = { step: undefined, name, main: true };
  if (!type.includes("geo-system:index:WebSocketHost$")) return elsewhere;
  // Asked of every message for every row: most names are done with at once.
  const [, owner, kind] = (name.includes("-file-") && ofFiles.exec(name)) || [];
  if (owner) return { step: "file-set", name: owner, main: kind === "set" };
  const [end, step] = parts.find(([end]) => name.endsWith(`-${end}`)) ?? [];
  if (end && step) return { step, name: name.slice(0, -end.length - 1), main: false };
  const [, host, word, more] = named.exec(name) ?? [];
  const own = stepOrder.find((one) => one === word);
  const [, of, what, application] = (more || !own ? ofApplication.exec(name) : undefined) ?? [];
  if (of && application) return { step: "backend", name: of, application, main: what === "backend" };
  return host && own ? { step: own, name: host, main: !more } : elsewhere;
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
