// Command line: prints a token for one user. See `node src/token.ts --help`.
import { tokenCommand, UsageError } from "./token-command.ts";

try {
  console.log(await tokenCommand(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`token: ${error.message}\nTry: node src/token.ts --help`);
  process.exitCode = 2;
}
