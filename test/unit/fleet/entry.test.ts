import { expect, it } from "vitest";
import { entryFindings } from "../../../infra/fleet/entry.ts";

const member = (name: string, ...addresses: string[]) => ({ name, host: `${name}.example.com`, addresses });
const hosts = [member("a", "203.0.113.7", "2001:db8::7"), member("b", "203.0.113.8")];
const leads = (...addresses: string[]) => entryFindings([{ name: "geo.example.com", addresses }], hosts);

it("a name that leads to every host and to no other address is as it should be", () => {
  expect(leads("203.0.113.7", "203.0.113.8", "2001:db8::7")).toEqual({ refused: [], notes: [] });
});

it("an address that is no host of the fleet is refused: its clients would be lost", () => {
  expect(leads("203.0.113.7", "203.0.113.8", "203.0.113.9").refused).toEqual([
    "entry: geo.example.com leads to 203.0.113.9, expected hosts of this fleet only (a.example.com, b.example.com); take it out of the DNS, or add it to hosts",
  ]);
});

it("a host to which the name does not lead is worth knowing, and stops nothing: it may be about to come", () => {
  expect(leads("203.0.113.7")).toEqual({
    refused: [],
    notes: ["entry: geo.example.com does not lead to b.example.com, so no client comes to host b by it"],
  });
});

it("so is a name that leads nowhere yet", () => {
  expect(leads()).toEqual({
    refused: [],
    notes: ["entry: geo.example.com leads nowhere from here, so no client comes by it"],
  });
});
