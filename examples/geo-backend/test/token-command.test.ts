import { expect, test } from "vitest";
import { tokenCommand, usage } from "../src/token-command.ts";
import { tokenVerifier } from "../src/tokens.ts";
import { secret } from "./support/start.ts";

const environment = { TOKEN_SECRET: secret };
const lzc = ["--user", "2", "--name", "lzc2005"];
const day = 86_400_000;

test("prints a token that the backend accepts, for 30 days", async () => {
  const token = await tokenCommand(lzc, environment);
  const { user, expiresAt } = await tokenVerifier(secret)(token);
  expect(user).toEqual({ id: "2", name: "lzc2005" });
  expect(Math.round((expiresAt - Date.now()) / day)).toBe(30);
});

test("prints a token for the time that was asked for", async () => {
  const token = await tokenCommand([...lzc, "--expires", "2d"], environment);
  const { expiresAt } = await tokenVerifier(secret)(token);
  expect(Math.round((expiresAt - Date.now()) / day)).toBe(2);
});

test("prints its help", async () => {
  expect(await tokenCommand(["--help"], {})).toBe(usage);
});

test.each([
  ["no user", ["--name", "a"], environment, /expected --user and --name/],
  ["a time that is none", [...lzc, "--expires", "soon"], environment, /--expires: expected .* found "soon"/],
  ["an option that is none", ["--admin"], environment, /--admin/],
  ["no secret", lzc, {}, /TOKEN_SECRET: expected/],
])("refuses %s", async (_, args, variables, message) => {
  await expect(tokenCommand(args, variables)).rejects.toThrow(message);
});
