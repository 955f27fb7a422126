import { commands } from "./commands.mjs";

/*
 * Texts name a command as one types it in a checkout: `npm run status`, `npm run -s pulumi -- stack output`. Where the
 * package is installed it is `npx geo-system status` and `npx pulumi stack output`; the build writes that. What needs a
 * checkout keeps its name.
 */
const elsewhere = new Map(
  Object.keys(commands)
    .filter((name) => !commands[name].checkout)
    .map((name) => [name, `npx geo-system ${name}`]),
).set("pulumi", "npx pulumi");

const inCheckout = new RegExp(
  `\\bnpm run (?:-s )?(${[...elsewhere.keys()].join("|")})\\b(?: --(?=[ "'\`]))?`,
  "g",
);

// @example asInstalled("npm run status -- --host a") // "npx geo-system status --host a"
export function asInstalled(text) {
  return text.replace(inCheckout, (_, name) => elsewhere.get(name));
}
