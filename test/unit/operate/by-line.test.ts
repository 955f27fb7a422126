import { expect, it } from "vitest";
import { byLine } from "../../../operate/by-line.ts";

it("a line is handed on when it is whole, and nothing with it", () => {
  const taken: unknown[][] = [];
  const take = byLine((...words: unknown[]) => taken.push(words));
  for (const text of ["reloaded", " nginx\napp", "lied\n", "rest"]) take(text);
  expect(taken).toEqual([["reloaded nginx"], ["applied"]]);
});
