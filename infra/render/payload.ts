/** A file of a payload: its path on the host, its owner, and its text. */
export interface PayloadFile {
  path: string;
  owner?: string;
  mode?: string;
  text: string;
}

/**
 * A payload as templates/scripts/payload.sh reads it: settings, one `name: value` a line, then files under headings,
 * then an end mark: without it the text was cut off on its way, and the host refuses it.
 * A setting without a value is left out; a list gives one line an element.
 *
 * @throws if a value or a file could be read as another line of the payload
 */
export function payload(
  settings: Record<string, string | number | readonly string[] | undefined>,
  files: readonly PayloadFile[] = [],
): string {
  const lines = Object.entries(settings).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${oneLine(name, String(one))}`),
  );
  return [...lines, ...files.flatMap(fileLines), "==> end <==", ""].join("\n");
}

function oneLine(name: string, value: string): string {
  if (/[\r\n]/.test(value)) throw new Error(`${name}: expected one line, found ${JSON.stringify(value)}`);
  return value;
}

const heading = /^==> (\/.*|end) <==$/m;

function fileLines({ path, owner = "root:root", mode = "0644", text }: PayloadFile): string[] {
  if (heading.test(text))
    throw new Error(`${path}: expected no line of the form "==> /path … <==", found one`);
  return [`==> ${path} ${owner} ${mode} <==`, text.replace(/\n*$/, "")];
}

/** A payload taken apart again. */
export interface ParsedPayload {
  /** Every value of each setting, in order. */
  settings: Record<string, string[]>;
  files: Required<PayloadFile>[];
}

/** The other way round; text that is no payload gives an empty one. Files come back with one line end at their end. */
export function parsePayload(text: string): ParsedPayload {
  const parsed: ParsedPayload = { settings: {}, files: [] };
  for (const line of text
    .replace(/^==> end <==\n?$/m, "")
    .replace(/\n$/, "")
    .split("\n")) {
    const [, path, owner, mode] = /^==> (\/.*) ([^ ]+:[^ ]+) ([0-7]+) <==$/.exec(line) ?? [];
    const file = parsed.files.at(-1);
    if (path && owner && mode) parsed.files.push({ path, owner, mode, text: "" });
    else if (file) file.text += `${line}\n`;
    else addSetting(parsed.settings, line);
  }
  return parsed;
}

function addSetting(settings: ParsedPayload["settings"], line: string): void {
  const [, name, value] = /^([^:]+): (.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return;
  const values = settings[name];
  if (values) values.push(value);
  else settings[name] = [value];
}
