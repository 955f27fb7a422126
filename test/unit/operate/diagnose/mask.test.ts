import { expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { maskDiagnosis, maskTokens } from "../../../../operate/diagnose/mask.ts";
import { healthy } from "./support/healthy.ts";

test("a token that is a word of ours, or a letter, takes no name away and is masked where it stands", () => {
  const { hops } = maskDiagnosis(judge(healthy), ["wrong", "x"]);
  expect(hops.map(({ name }) => name)).toContain("wrong token");
  expect(maskTokens("nginx: GET /ws?t=x HTTP/1.1, x", ["x"])).toBe(
    "nginx: GET /ws?t=<token> HTTP/1.1, <token>",
  );
});

test("a long one is masked wherever it stands, and in every form", () => {
  expect(maskTokens("asecret+1b secret%2B1", ["secret+1"])).toBe("a<token>b <token>");
});
