import { expect, test } from "vitest";
import { checkCaa } from "../../../../infra/preview/acme/caa.ts";
import type { Answer, Caa } from "../../../../infra/preview/acme/records.ts";
import { issue, network } from "./support.ts";

const check = (records: Record<string, Answer<Caa>>, identities = ["letsencrypt.org"]) =>
  checkCaa("ws.geo.example.org", identities, network({ caa: records }).dns);

test("without any CAA record every CA may", async () => {
  expect(await check({})).toEqual([]);
});

test("the nearest domain that has records decides", async () => {
  const own = issue("letsencrypt.org");
  expect(await check({ "geo.example.org": [own], "example.org": [issue("other.example")] })).toEqual([]);
  expect(await check({ "geo.example.org": [issue("other.example")], "example.org": [own] })).toEqual([
    {
      refused: true,
      text: 'serverName: CAA records of geo.example.org allow other.example, and not letsencrypt.org, so the CA would refuse ws.geo.example.org; add the record: geo.example.org CAA 0 issue "letsencrypt.org"',
    },
  ]);
});

test.each([
  ["one of several is enough", [issue("other.example"), issue("letsencrypt.org")]],
  ["issuewild is for wildcards", [issue("other.example", "issuewild")]],
  ["iodef forbids nothing", [issue("mailto:a@example.org", "iodef", true)]],
  ["http-01 among the methods", [issue("letsencrypt.org; validationmethods=dns-01,http-01")]],
])("allowed: %s", async (_, records) => {
  expect(await check({ "example.org": records })).toEqual([]);
});

test.each([
  ["no CA", [issue(";")], /allow no CA, and not letsencrypt\.org/],
  ["another method", [issue("letsencrypt.org; validationmethods=dns-01")], /by dns-01 only.*http-01/],
  ["an unknown critical tag", [issue("x", "tbs", true), issue("letsencrypt.org")], /critical tag "tbs"/],
])("refused: %s", async (_, records, text) => {
  expect(await check({ "example.org": records })).toMatchObject([
    { refused: true, text: expect.stringMatching(text) },
  ]);
});

test("an account, a CA without a known identity and a silent name server are only said", async () => {
  const account = issue("letsencrypt.org; accounturi=https://acme.example/acct/1");
  expect(await check({ "example.org": [account] })).toMatchObject([
    { refused: false, text: expect.stringContaining("https://acme.example/acct/1") },
  ]);
  expect(await check({ "example.org": [issue("ca.example")] }, [])).toMatchObject([
    { refused: false, text: expect.stringContaining("is not known") },
  ]);
  expect(await check({ "geo.example.org": { problem: "ESERVFAIL" } })).toEqual([
    {
      refused: false,
      text: "whether CAA records allow the CA for ws.geo.example.org is not known: no answer for geo.example.org (ESERVFAIL)",
    },
  ]);
});
