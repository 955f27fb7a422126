import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { type Handshake, handshakeSetting, presetNames } from "../../infra/handshake/handshake.ts";

/** What the operator says that the backend speaks: `--handshake NAME`, or `--script FILE` of JSON or YAML. */
export interface HandshakeOptions {
  handshake?: string;
  script?: string;
}

/**
 * Undefined where neither is given.
 *
 * @throws with the option, what was expected and what was found
 */
export async function handshakeFrom({ handshake, script }: HandshakeOptions): Promise<Handshake | undefined> {
  if (handshake !== undefined && script !== undefined)
    throw new Error("--handshake and --script: expected one of the two, found both");
  if (script !== undefined) return checked(await readScript(script), `--script ${script}`);
  if (handshake === undefined) return undefined;
  if (!presetNames.some((name) => name === handshake))
    throw new Error(`--handshake: expected one of ${presetNames.join(", ")}, found ${handshake}`);
  return checked(handshake, "--handshake");
}

async function readScript(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new Error(`--script: expected a file of JSON or YAML, found ${error.message}`);
  });
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`--script ${path}: expected JSON or YAML: ${(error as Error).message}`);
  }
}

function checked(value: unknown, option: string): Handshake {
  const read = handshakeSetting.safeParse(value ?? {});
  if (read.success && read.data) return read.data;
  const problems = (read.error?.issues ?? []).map(
    ({ path, message }) => `  ${path.join(".") || "the whole"}: expected ${message}`,
  );
  throw new Error([`${option}: no handshake, see docs/handshake.md`, ...problems].join("\n"));
}
