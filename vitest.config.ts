import { defineConfig } from "vitest/config";

// One project a kind of test, so that `npx vitest run --project unit` answers in seconds anywhere,
// and the ones that boot hosts do not compete for the processor.
const minutes = (n: number) => n * 60_000;

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts", "examples/*/test/**/*.test.ts"] } },
      {
        test: {
          name: "host",
          include: ["test/{host,plugins,sandbox}/**/*.test.ts"],
          testTimeout: minutes(3),
          hookTimeout: minutes(5),
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/{e2e,browser}/**/*.test.ts"],
          testTimeout: minutes(5),
          hookTimeout: minutes(10),
          maxWorkers: 1,
        },
      },
    ],
  },
});
