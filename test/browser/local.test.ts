import { afterAll } from "vitest";
import { startProcess } from "../../examples/geo-backend/test/support/process.ts";
import { lzc, other, temporaryFolder, tokenOf } from "../../examples/geo-backend/test/support/start.ts";
import { describeBrowser } from "./stories.ts";

const cleanups: (() => PromiseLike<unknown>)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

describeBrowser("a backend on this machine, without a proxy", async () => {
  const folder = await temporaryFolder();
  cleanups.push(() => folder[Symbol.asyncDispose]());
  let backend = await startProcess({ DATA_DIR: folder.path });
  const stop = async () => {
    backend.child.kill("SIGINT");
    await backend.child;
  };
  cleanups.push(stop);
  const { port } = backend;
  return {
    url: `http://127.0.0.1:${port}/`,
    token: await tokenOf(lzc),
    otherToken: await tokenOf(other),
    restart: async () => {
      await stop();
      backend = await startProcess({ DATA_DIR: folder.path, PORT: `${port}` });
    },
  };
});
