import { parsePayload as parse } from "../../infra/render/payload.ts";

/** A file as a payload carries it: `owner` is "root:root 0644". */
export interface SentFile {
  owner: string;
  text: string;
}

/** A payload taken apart, for a reader. */
export interface Payload {
  /** The lines `name: value`, as they stand. */
  settings: string[];
  /** By their paths, in their order. */
  files: Map<string, SentFile>;
}

/** Takes the text of a payload apart. Text that is none gives nothing. */
export function parsePayload(text: string): Payload {
  const { settings, files } = parse(text);
  return {
    settings: Object.entries(settings).flatMap(([name, values]) =>
      values.map((value) => `${name}: ${value}`),
    ),
    files: new Map(files.map(({ path, owner, mode, text }) => [path, { owner: `${owner} ${mode}`, text }])),
  };
}
