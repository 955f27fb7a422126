import { describe, expect, it } from "vitest";
import {
  Asset,
  fromWire,
  type Plain,
  reveal,
  Secret,
  toWire,
  Unknown,
} from "../../../sandbox/plugins/protocol/values.ts";

const mark = "4dabf18193072939515e22adb298388d";

describe("values on the wire", () => {
  it("come back as they went", () => {
    const value = {
      text: "x",
      list: [1, true, null],
      secret: new Secret({ deep: new Unknown() }),
      file: new Asset("asset", { path: "/a", hash: "1" }),
      folder: new Asset("archive", { path: "/b", hash: "2" }),
    };
    expect(fromWire(JSON.parse(JSON.stringify(toWire(value))) as Plain)).toEqual(value);
  });

  it("know a secret and an unknown by the marks of the engine", () => {
    const secret = { [mark]: "1b47061264138c4ac30d75fd1eb44270", value: "hush" };
    expect(fromWire(secret)).toEqual(new Secret("hush"));
    expect(fromWire("04da6b54-80e4-46f7-96ec-b56ff0331ba9")).toEqual(new Unknown());
  });

  it("know an output: without a value it is unknown, and it may be secret", () => {
    const output = { [mark]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
    expect(fromWire(output)).toEqual(new Unknown());
    expect(fromWire({ ...output, value: 1 })).toBe(1);
    expect(fromWire({ ...output, value: 1, secret: true })).toEqual(new Secret(1));
  });

  it("lose their secret marks only where they are used", () => {
    expect(reveal({ a: new Secret([new Secret("x")]) })).toEqual({ a: ["x"] });
  });
});
