import { type ParsedPayload, parsePayload } from "../render/payload.ts";
import type { Facts } from "./facts.ts";
import { filledIn } from "./filled-in.ts";

/** Texts that the program knows: the payload that is wanted of a step, and a file as the host fills the applied one in. */
export interface KnownTexts {
  wanted(step: string): string;
  file(step: string, path: string): string;
}

/**
 * @param facts as far as they are read: whose user the host has, and what it fills in of a site
 * @param wanted the payloads that the question held
 */
export function knownTexts(facts: Facts, wanted: ReadonlyMap<string, string>): KnownTexts {
  const files = new Map<string, ParsedPayload["files"]>();
  return {
    wanted: (step) => expected(wanted.get(step), `the payload of ${step}`),
    file(step, path) {
      const parsed =
        files.get(step) ?? parsePayload(filledIn(facts.applied[step]?.payload ?? "", facts)).files;
      files.set(step, parsed);
      return expected(parsed.find((file) => file.path === path)?.text, path);
    },
  };
}

function expected(text: string | undefined, what: string): string {
  if (text === undefined) throw new Error(`the host's facts call ${what} known, and it is not`);
  return text;
}
