import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../operate/target/stack-configuration.ts";

const read = (values: Record<string, unknown>) =>
  readConfiguration({
    "geo-system:host": "203.0.113.7",
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`geo-system:${key}`, value])),
  }).data;

describe("the handshake of a stack, as its file has it", () => {
  const preset = { preset: "socket.io", namespace: "/chat" };

  it.each([
    ["a preset's name", "socket.io", "socket.io"],
    ["members", preset, preset],
    ["members as `pulumi config set handshake JSON` keeps them", JSON.stringify(preset), preset],
  ])("may be %s", (_, value, expected) => {
    const found = read({ handshake: value })?.handshake;
    expect(found).toEqual(readConfiguration({ host: "h", handshake: expected }).data?.handshake);
    expect(JSON.stringify(found)).toContain("socket.io");
  });
});

it("several names of a site may be a list, JSON, or a text with commas", () => {
  const names = ["a.example", "b.example"];
  for (const value of [names, JSON.stringify(names), names.join(", ")])
    expect(read({ serverName: value })?.serverName).toEqual(names);
});

it("numbers that YAML has as text are numbers", () => {
  expect(read({ port: "2222" })?.port).toBe(2222);
});
