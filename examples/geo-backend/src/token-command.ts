import { parseArgs } from "node:util";
import { EnvironmentReader } from "./environment.ts";
import { isUser, signToken } from "./tokens.ts";

export const usage = `Usage: node src/token.ts --user <id> --name <name> [--expires 30d]

Prints a token signed with TOKEN_SECRET from the environment.
  --user     id of the account, e.g. 2
  --name     name of the user, e.g. lzc2005
  --expires  time from now: 90s, 15m, 12h, 30d, 2w (default 30d)
  --help     this text`;

/** The command line cannot be used; the message says what was expected. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The token for the given arguments, or the help text. */
export async function tokenCommand(args: string[], variables: NodeJS.ProcessEnv): Promise<string> {
  const { help, user: id = "", name = "", expires } = readArguments(args);
  if (help) return usage;
  if (!isUser({ id, name })) {
    throw new UsageError("expected --user and --name, 1 to 64 characters each, --user without spaces");
  }
  if (!/^[1-9]\d{0,5}[smhdw]$/.test(expires)) {
    throw new UsageError(`--expires: expected a time such as 90s, 15m, 12h, 30d or 2w, found "${expires}"`);
  }
  return signToken(readSecret(variables), { id, name }, expires);
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        user: { type: "string" },
        name: { type: "string" },
        expires: { type: "string", default: "30d" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readSecret(variables: NodeJS.ProcessEnv): string {
  const read = new EnvironmentReader(variables);
  const secret = read.secret("TOKEN_SECRET", 16);
  if (read.problems[0]) throw new UsageError(read.problems[0]);
  return secret;
}
