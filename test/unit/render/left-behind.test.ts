import { expect, it } from "vitest";
import { leftBehind } from "../../../infra/render/start/left-behind.ts";
import type { StartParameters } from "../../../infra/render/start/release-context.ts";
import { folderOf } from "../../support/checkout.ts";

const env = "# comment\nCHAT_TOKEN=secret-one\nexport GREETING='hi there'\nPORT=1\n";
const notes = (parameters: StartParameters = {}, paths: string[] = []) =>
  leftBehind({ folder: folderOf({ ".env": env }), manifest: {}, paths: new Set(paths), parameters });

it("an environment file that stays behind is named with the variables that nothing else sets, without their values", async () => {
  expect(await notes()).toEqual([
    ".env does not travel; set what the backend needs of it by backendEnvironment or backendSecretEnvironment: CHAT_TOKEN, GREETING",
  ]);
  const [note] = await notes({ backendEnvironment: { GREETING: "hi" } });
  expect(note).toMatch(/: CHAT_TOKEN$/);
});

it("nothing is said of one that travels, or whose variables are all set, or may be", async () => {
  expect(await notes({}, [".env"])).toEqual([]);
  const secrets = { CHAT_TOKEN: "a" };
  expect(await notes({ backendEnvironment: { GREETING: "hi" }, backendSecretEnvironment: secrets })).toEqual(
    [],
  );
  expect(await notes({ backendSecretEnvironment: Promise.resolve(secrets) })).toEqual([]);
});
