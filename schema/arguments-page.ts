import { type Argument, argumentsOf } from "./argument.ts";

/** The interfaces that a program fills in, in the order of the page, with the file that declares each. */
const documented = [
  ["WebSocketHostArgs", "infra/settings/arguments.ts"],
  ["ApplicationInput", "infra/settings/arguments.ts"],
  ["WebSocketFleetArgs", "infra/settings/fleet.ts"],
  ["FleetHostArgs", "infra/settings/fleet.ts"],
  ["RolloutArgs", "infra/settings/fleet.ts"],
] as const;

const beginning = `# Arguments

Every argument of the components, from the comments beside its declaration. A program gives them to
[\`WebSocketHost\` and \`WebSocketFleet\`](library.md); \`pulumi config set\` takes the same names, and
[configuration.md](configuration.md) has their defaults in one table. An argument with * also takes an output of another
resource.
`;

/**
 * docs/arguments.md.
 *
 * @param read the text of a file of the package
 */
export function argumentsPage(read: (path: string) => string): string {
  const sections = documented.map(([name, path]) => section(name, argumentsOf(read(path), name)));
  return `${[beginning, ...sections].join("\n")}`;
}

function section(name: string, members: readonly Argument[]): string {
  const rows = members.map(row).join("\n");
  return `## ${name}\n\n| argument | type | what it is |\n| --- | --- | --- |\n${rows}\n`;
}

function row({ name, type, input, optional, description }: Argument): string {
  const shown = `\`${type.getText().replace(/\s+/g, " ").replaceAll("|", "\\|")}\`${input ? " *" : ""}`;
  const what = linksAsCode(description).replaceAll("|", "\\|");
  return `| \`${name}\` | ${shown} | ${[optional ? "" : "Required.", what].filter(Boolean).join(" ")} |`;
}

/** `{@link WebSocketHost}` leads nowhere outside of an editor. */
const linksAsCode = (text: string) => text.replace(/\{@link (\w+)\}/g, "`$1`");
