import { expect, it } from "vitest";
import { profileOf } from "../../bench/profile.ts";

it("a profile says how long each part took, and what of it was processor time", () => {
  const moments = [
    { event: "", at: 1000, processor: 0 },
    { event: "program", at: 1500, processor: 0.4 },
    { event: "node", at: 1250, processor: 0 },
    { event: "end", at: 2500, processor: Number.NaN },
  ];
  expect([...profileOf(moments)]).toEqual([
    ["the CLI, until it starts the program's Node", { wall: 0.25, processor: 0 }],
    ["Node and Pulumi's runner", { wall: 0.25, processor: 0.4 }],
    ["the CLI, after the program", { wall: 1, processor: 0 }],
  ]);
});

it("a part that a later version does not know keeps the name of its moment", () => {
  const moments = ["", "new"].map((event, at) => ({ event, at, processor: 0 }));
  expect([...profileOf(moments).keys()]).toEqual(["new"]);
});
