import { type Preview, readPreview } from "../../../../../operate/preview/read.ts";

/*
 * Previews in the shape that `pulumi preview --json` has: resources that stay are left out, secrets are `[secret]`,
 * and messages carry their severity once more.
 */

type Inputs = Record<string, unknown>;
type Step = Record<string, unknown>;

/** What stands for a value that only `up` will know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const urn = (name: string, type = "command:remote:Command") =>
  `urn:pulumi:prod::geo-system::geo-system:index:WebSocketHost$${type}::${name}`;

const component = (name: string) => `urn:pulumi:prod::geo-system::geo-system:index:WebSocketHost::${name}`;
const connection = "[secret]";

export const create = (name: string, inputs: Inputs, type?: string): Step => ({
  op: "create",
  urn: urn(name, type),
  newState: { urn: urn(name, type), inputs: { connection, ...inputs } },
  detailedDiff: null,
});

export const update = (name: string, before: Inputs, after: Inputs, type?: string): Step => ({
  op: "update",
  urn: urn(name, type),
  oldState: { urn: urn(name, type), inputs: { connection, ...before } },
  newState: { urn: urn(name, type), inputs: { connection, ...after } },
  detailedDiff: Object.fromEntries(
    Object.keys(after)
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, { kind: "update", inputDiff: false }]),
  ),
});

export const replace = (name: string, before: Inputs, after: Inputs, type?: string): Step => ({
  ...update(name, before, after, type),
  op: "replace",
});

export const remove = (name: string, inputs: Inputs, type?: string): Step => ({
  op: "delete",
  urn: urn(name, type),
  oldState: { urn: urn(name, type), inputs: { connection, ...inputs } },
  detailedDiff: null,
});

const line = "sudo geo-system site apply --script 04da6b54";

/** A resource that is updated only to put back what drifted. */
export const repair = (name: string, inputs: Inputs): Step =>
  update(
    name,
    { create: `${line} --run 9f3c51ab-7`, ...inputs },
    { create: `${line} --run 9f3c51ab-8`, ...inputs },
  );

export const message = (severity: "info" | "warning" | "error", text: string, about?: string) => ({
  ...(about && { urn: about.includes("-") ? urn(about) : component(about) }),
  message: `${severity === "info" ? "" : `${severity}: `}${text}\n`,
  severity,
});

export function made(steps: Step[], diagnostics: ReturnType<typeof message>[] = []): Preview {
  const stack = { op: "same", urn: "urn:pulumi:prod::geo-system::pulumi:pulumi:Stack::geo-system-prod" };
  const json = { config: {}, steps: [stack, ...steps], diagnostics, duration: 2_345_678, changeSummary: {} };
  return readPreview(JSON.stringify(json), "made");
}
