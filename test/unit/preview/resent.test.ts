import { expect, test } from "vitest";
import { timesResent } from "../../../infra/preview/resent.ts";

const missing = { backend: ["the archive of release 0f1e2d3c4b5a is missing"] };

test("an archive that is there is sent no more", () => {
  expect(timesResent({ differs: {} }, "backend")).toBe(0);
  expect(
    timesResent({ resent: { backend: 2 }, differs: { backend: ["geo-backend is stopped"] } }, "backend"),
  ).toBe(2);
});

test("one that is missing is sent once more than the host has counted", () => {
  expect(timesResent({ differs: missing }, "backend")).toBe(1);
  expect(timesResent({ resent: { backend: 2 }, differs: missing }, "backend")).toBe(3);
  expect(timesResent({ resent: { backend: 2 }, differs: missing }, "file-set-root")).toBe(0);
});
