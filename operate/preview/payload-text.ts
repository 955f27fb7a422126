/** A file as a payload carries it: `owner` is "root:root 0644". */
export interface SentFile {
  owner: string;
  text: string;
}

/** A payload taken apart: the other way round than `payload` of infra/steps/payload.ts. */
export interface Payload {
  /** The lines `name: value`, as they stand. */
  settings: string[];
  /** By their paths, in their order. */
  files: Map<string, SentFile>;
}

const heading = /^==> (\/.*) ([^ ]+:[^ ]+ [0-7]+) <==$/;

/** Takes the text of a payload apart. Text that is none has settings only. */
export function parsePayload(text: string): Payload {
  const payload: Payload = { settings: [], files: new Map() };
  let file: SentFile | undefined;
  for (const line of text.split("\n")) {
    if (line === "==> end <==") break;
    const [, path, owner] = heading.exec(line) ?? [];
    if (path && owner) {
      file = { owner, text: "" };
      payload.files.set(path, file);
    } else if (file) file.text += `${line}\n`;
    else if (line) payload.settings.push(line);
  }
  return payload;
}
