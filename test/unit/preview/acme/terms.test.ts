import { expect, test } from "vitest";
import { termsToAgree } from "../../../../infra/preview/acme/terms.ts";

const settings = { tls: "acme" as const, acmeDirectory: "letsencrypt", acmeTermsAgreed: false };
const own = { ...settings, acmeDirectory: "https://ca.example/dir" };
const agree = "and when you agree: npx pulumi config set acmeTermsAgreed true";

test("the terms are asked for by the URL that the directory gives", async () => {
  const url = "https://letsencrypt.org/documents/LE-SA-v1.6.pdf";
  expect(await termsToAgree(settings, async () => ({ termsOfService: url }))).toEqual([
    `acmeTermsAgreed: expected true, found false; read the terms of Let's Encrypt, ${url}, ${agree}`,
  ]);
});

test("of a CA without terms, or one that this machine does not reach, that is said", async () => {
  const asked = async (...args: Parameters<typeof termsToAgree>) => (await termsToAgree(...args))[0];
  expect(await asked(own, async () => ({}))).toContain("https://ca.example/dir, its directory names none,");
  const unreached = async () => undefined;
  expect(await asked(own, unreached)).toContain("`termsOfService` in what that URL answers,");
  expect(await asked(settings, unreached)).toContain("https://letsencrypt.org/repository/");
});

test("nothing is asked of a CA once they are agreed to, or for another kind of certificate", async () => {
  const never = () => Promise.reject(new Error("asked"));
  expect(await termsToAgree({ ...settings, acmeTermsAgreed: true }, never)).toEqual([]);
  expect(await termsToAgree({ ...settings, tls: "self-signed" }, never)).toEqual([]);
});
