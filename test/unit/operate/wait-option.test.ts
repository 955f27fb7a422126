import { Command } from "commander";
import { expect, it } from "vitest";
import { waitOption } from "../../../operate/wait-option.ts";

const wait = (...words: string[]) =>
  new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addOption(waitOption())
    .parse(words, { from: "user" })
    .opts<{ wait: number }>().wait;

it("waits for nobody unless it is asked to, and ten minutes unless it is told how long", () => {
  expect([wait(), wait("--wait"), wait("--wait", "60")]).toEqual([0, 600, 60]);
});

it.each(["soon", "0", "-1", "1.5", "86400"])("refuses --wait=%s", (text) => {
  expect(() => wait(`--wait=${text}`)).toThrow(`expected seconds from 1 to 3600, found ${text}`);
});
