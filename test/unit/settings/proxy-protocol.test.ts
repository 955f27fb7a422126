import { expect, it } from "vitest";
import { conflicts } from "../../../infra/settings/conflicts.ts";

const host = "203.0.113.7";
const told = { host, proxyProtocol: true, trustedProxies: ["10.0.0.0/8"], serverName: ["geo.example"] };

it("a balancer that speaks the PROXY protocol is named, and is where clients come", () => {
  expect(conflicts(told)).toEqual([]);
  expect(conflicts({ ...told, proxyProtocol: false, trustedProxies: [], serverName: [host] })).toEqual([]);
});

it.each([
  ["nobody whose header counts", { trustedProxies: [] }, /^trustedProxies: .*proxyProtocol.*found none/],
  ["no name", { serverName: undefined }, /^serverName: .*proxyProtocol.*found nothing/],
  ["the host itself", { serverName: ["a.example", host] }, /^serverName: .*proxyProtocol.*found 203/],
])("it is refused with %s", (_, changes, problem) => {
  expect(conflicts({ ...told, ...changes })).toEqual([expect.stringMatching(problem)]);
});
