import type { z } from "zod";
import { check } from "../settings/checks.ts";
import { wholeOpeningMembers } from "./opening-options.ts";

/** What `{ preset: "…", … }` may hold beside the name, for each preset. */
export const presetOptions = {
  plain: check.members(wholeOpeningMembers),
  example: check.members({}),
};

export type PresetName = keyof typeof presetOptions;
/** One without options adds nothing, where zod's own type would forbid every member beside them. */
type Members<Options> = Options extends Record<string, never> ? unknown : Options;
export type PresetOptions<Name extends PresetName> = Members<z.output<(typeof presetOptions)[Name]>>;
export type PresetInput<Name extends PresetName> = Members<z.input<(typeof presetOptions)[Name]>>;
