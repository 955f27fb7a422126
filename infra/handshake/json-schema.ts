import { z } from "zod";
import { presetNames } from "./handshake.ts";
import { presetOptions } from "./preset-options.ts";
import { scriptMembers } from "./script.ts";

/** Key `handshake` as a JSON schema, for completion in an editor: schema/handshake.json. */
export function handshakeJsonSchema(): object {
  const presets = presetNames.map((name) =>
    z.strictObject({ preset: z.literal(name), ...presetOptions[name].shape }),
  );
  const forms = z.union([z.enum(presetNames), ...presets, z.strictObject(scriptMembers)]);
  // What a custom check allows is known from its message alone.
  const { $schema, ...schema } = z.toJSONSchema(forms, { io: "input", unrepresentable: "any" });
  return { $schema, title: "geo-system: handshake", ...schema };
}

/** A stack's file, as far as its handshake goes: schema/stack.json. */
export const stackJsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "geo-system: Pulumi.STACK.yaml",
  type: "object",
  properties: {
    config: { type: "object", properties: { "geo-system:handshake": { $ref: "handshake.json" } } },
  },
};
