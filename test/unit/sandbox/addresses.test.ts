import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freeNumber, hardwareAddress, hasIpv6, ipv6Of } from "../../../sandbox/host/addresses.ts";

describe("the number of a sandbox in its network", () => {
  it("follows from its name, and keeps clear of the gateway and of second machines", () => {
    const numbers = ["sandbox", "shop", "a", "b"].map((name) => freeNumber(name, []));
    expect(numbers).toEqual(["sandbox", "shop", "a", "b"].map((name) => freeNumber(name, [])));
    for (const number of numbers) expect(number).toSatisfy((n: number) => n >= 10 && n < 200);
  });

  it("is another one where a sandbox has it already", () => {
    const taken = freeNumber("shop", []);
    expect(freeNumber("shop", [`198.18.0.${taken}`])).not.toBe(taken);
  });

  it("is refused when all are taken, with the way out", () => {
    const all = Array.from({ length: 256 }, (_, i) => `198.18.0.${i}`);
    expect(() => freeNumber("shop", all)).toThrow("throw a sandbox away: npm run sandbox -- list");
  });
});

it("a hardware address is the same for the same address", () => {
  expect(hardwareAddress("198.18.0.10")).toBe("02:00:c6:12:00:0a");
});

it("an IPv6 address follows from the other one, as programs write it", () => {
  expect(ipv6Of("198.18.0.42")).toBe("fd73:6765:6f00::42");
  expect(ipv6Of("198.18.7.1")).toBe("fd73:6765:6f00:7::1");
});

it.each([
  ["is there", { "net/if_inet6": "", "sys/net/ipv6/conf/default/disable_ipv6": "0\n" }, true],
  [
    "is there and switched off",
    { "net/if_inet6": "", "sys/net/ipv6/conf/default/disable_ipv6": "1\n" },
    false,
  ],
  ["is in no kernel", {}, false],
])("IPv6 that %s", (_, files, has) => {
  const proc = mkdtempSync(join(tmpdir(), "proc 中文 "));
  for (const folder of ["net", "sys/net/ipv6/conf/default"])
    mkdirSync(join(proc, folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(proc, path), text);
  expect(hasIpv6(proc)).toBe(has);
});
