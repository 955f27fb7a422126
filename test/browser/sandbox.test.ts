import { afterAll } from "vitest";
import { testToken } from "../../infra/handshake/token.ts";
import { upgrades } from "../support/raw-websocket.ts";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { type BrowserTarget, describeBrowser } from "./stories.ts";

/** One host for both stories, provisioned by the first that asks. */
let started: Promise<TestStack> | undefined;
const host = () => {
  started ??= TestStack.start("browser").then(async (stack) => {
    await stack.up();
    return stack;
  });
  return started;
};
afterAll(async () => (await started)?.[Symbol.asyncDispose]());

for (const scheme of ["http", "https"]) {
  describeBrowser(`a host that \`pulumi up\` made, over ${scheme}`, () => target(scheme));
}

async function target(scheme: string): Promise<BrowserTarget> {
  const stack = await host();
  const { address, testUrl = "" } = await stack.outputs();
  const secret = JSON.parse(
    await stack.must("config", "get", "--json", "--path", "backendSecretEnvironment.TOKEN_SECRET"),
  ) as { value: string };
  return {
    url: `${scheme}://${address}/`,
    token: new URL(testUrl).searchParams.get("token") ?? "",
    otherToken: await testToken(secret.value, { sub: "3", name: "somebody else" }, new Date()),
    restart: async () => {
      await stack.on("pm2 restart geo-backend");
      await waitFor("the backend to answer after its restart", () => upgrades(testUrl), {
        within: 20_000,
      });
    },
  };
}
