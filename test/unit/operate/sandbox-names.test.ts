import { expect, it } from "vitest";
import { sandboxOf, stackOf } from "../../../operate/sandbox-names.ts";

it.each([
  ["sandbox", "sandbox"],
  ["two", "sandbox-two"],
  ["sandbox-two", "sandbox-sandbox-two"],
])("the sandbox %s has the stack %s, and the other way round", (sandbox, stack) => {
  expect(stackOf(sandbox)).toBe(stack);
  expect(sandboxOf(stack)).toBe(sandbox);
});

it.each(["prod", "sandboxes", "sandbox-", "sandbox-sandbox", "my-sandbox"])(
  "the stack %s is no sandbox's",
  (stack) => {
    expect(sandboxOf(stack)).toBeUndefined();
  },
);
