import { expect, it } from "vitest";
import { splitLines } from "../../../operate/split-lines.ts";

it("a line is handed on when it is whole, and nothing with it", () => {
  const taken: unknown[][] = [];
  const take = splitLines((...words: unknown[]) => taken.push(words));
  for (const text of ["reloaded", " nginx\napp", "lied\n", "rest"]) take(text);
  expect(taken).toEqual([["reloaded nginx"], ["applied"]]);
});
