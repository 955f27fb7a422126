import type { Command, Option } from "commander";

/** A command as completion knows it. */
export interface Completed {
  name: string;
  says: string;
  /** Absent where its words are another program's. */
  definition?: Command | undefined;
}

/**
 * A line for each word that can be typed after `geo-system`, `WHERE|KIND|WORD|VALUE|WHAT IT IS`: the commands before it,
 * and of an option what follows it: nothing, FILE, TEXT or the values that there are.
 *
 * @example completionTable([{ name: "up", says: "…", definition }]) // "|command|up||…\nup|option|--stack|TEXT|…"
 */
export function completionTable(commands: readonly Completed[]): string {
  return commands.flatMap((each) => linesOf(each, "")).join("\n");
}

function linesOf({ name, says, definition }: Completed, before: string): string[] {
  const place = before === "" ? name : `${before} ${name}`;
  const children = definition?.commands ?? [];
  const choices = definition?.registeredArguments.flatMap(({ argChoices = [] }) => argChoices) ?? [];
  return [
    line(before, "command", name, "", says),
    ...(definition
      ? [...definition.options, definition.createOption("-h, --help", "show this help")]
      : []
    ).flatMap((option) => optionLines(place, option)),
    ...choices.map((choice) => line(place, "argument", choice, "", "")),
    ...children.flatMap((child) =>
      linesOf({ name: child.name(), says: child.description(), definition: child }, place),
    ),
  ];
}

function optionLines(place: string, option: Option): string[] {
  const words = [option.long, option.short].filter((word) => word !== undefined);
  return words.map((word) => line(place, "option", word, whatFollows(option), option.description));
}

/** A value that may be left out is not waited for. */
function whatFollows({ required, flags, argChoices }: Option): string {
  if (argChoices) return argChoices.join(" ");
  if (!required) return "";
  return /<(file|folder)>/.test(flags) ? "FILE" : "TEXT";
}

function line(...parts: string[]): string {
  return parts.map((part) => part.replaceAll(/[|\n]/g, " ")).join("|");
}
