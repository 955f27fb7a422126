import { expect, it } from "vitest";
import { missingSandbox } from "../../../operate/target/known-sandbox.ts";

it("a sandbox that is missing is said together with those that there are", () => {
  expect(missingSandbox("sandbox", ["two", "three"])).toBe(
    'there is no sandbox "sandbox"; there is "two", "three", and no other host was named\n' +
      "  next: --stack sandbox-two   or: --stack sandbox-three   or: npm run up   or: --host ADDRESS",
  );
});

it("where there is none at all, the next step makes it", () => {
  expect(missingSandbox("two", [])).toBe(
    'there is no sandbox "two", and no other host was named\n' +
      "  next: npm run up -- --stack sandbox-two   or: --host ADDRESS",
  );
});
