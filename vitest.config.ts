import { defineConfig } from "vitest/config";

// One project a kind of test, so that `npx vitest run --project unit` answers in seconds anywhere. They run one after
// the other: tests that boot hosts must not compete for the processor with those that measure a second.
const minutes = (n: number) => n * 60_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          setupFiles: ["test/unit/temporary-folder.ts"],
          alias: { "geo-system": new URL("infra/library.ts", import.meta.url).pathname }, // for examples/
          include: ["test/unit/**/*.test.ts", "examples/*/test/**/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "host",
          sequence: { groupOrder: 2 },
          include: ["test/{host,plugins,sandbox}/**/*.test.ts"],
          testTimeout: minutes(3),
          hookTimeout: minutes(10),
          maxWorkers: 3, // Mostly they wait: for a host's boot, for apt, for a deadline.
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 3 },
          include: ["test/{e2e,browser}/**/*.test.ts", "test/backends/telling.test.ts"],
          testTimeout: minutes(5),
          hookTimeout: minutes(10),
          maxWorkers: 3,
          maxConcurrency: 2,
        },
      },
      {
        // Only on demand: `npm run backends`.
        test: {
          name: "backends",
          sequence: { groupOrder: 4 },
          include: ["test/backends/{matrix,servers}.test.ts", "test/take-over/*.test.ts"],
          hookTimeout: minutes(10),
          maxConcurrency: 2,
        },
      },
      {
        // Only on demand: `npm run remedies`. `npm test` has its short form, test/host/diagnose/faults.test.ts.
        test: {
          name: "remedies",
          sequence: { groupOrder: 5 },
          include: ["test/remedies/*.test.ts"],
          testTimeout: minutes(3),
          hookTimeout: minutes(5),
          maxWorkers: 2,
        },
      },
      {
        // Only on demand: `npm test -- --project systems`. Every other test runs on one system.
        test: {
          name: "systems",
          sequence: { groupOrder: 6 },
          include: ["test/systems/*.test.ts"],
          testTimeout: minutes(5),
          hookTimeout: minutes(10),
        },
      },
    ],
  },
});
