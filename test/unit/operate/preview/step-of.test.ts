import { expect, it } from "vitest";
import { isSecret, placeOf } from "../../../../operate/preview/step-of.ts";
import { urn } from "./support/made.ts";

it.each([
  ["geo-site", { step: "site", name: "geo", main: true }],
  ["geo-command", { step: "command", name: "geo", main: true }],
  ["geo-firewall-confirm", { step: "firewall", name: "geo", main: false }],
  ["geo-environment", { step: "backend", name: "geo", main: false }],
  ["geo-file-set-root", { step: "file-set", name: "geo", main: true }],
  ["geo-file-upload-my-app", { step: "file-set", name: "geo", main: false }],
  ["geo-ca-key", { step: "certificate", name: "geo", main: false }],
  ["my-site-backend", { step: "backend", name: "my-site", main: true }],
  ["eu-site-leaf", { step: "certificate", name: "eu-site", main: false }],
  ["geo-backend-api", { step: "backend", name: "geo", application: "api", main: true }],
  ["geo-environment-chat-2", { step: "backend", name: "geo", application: "chat-2", main: false }],
  ["geo-release-api", { step: "backend", name: "geo", application: "api", main: false }],
  ["geo-monitor", { step: undefined, name: "geo-monitor", main: true }],
])("%s is a part of %o", (name, place) => {
  expect(placeOf(urn(name))).toEqual(place);
});

it("what only has the name of a step is none", () => {
  expect(placeOf("urn:pulumi:prod::shop::aws:s3:Bucket::my-site").step).toBeUndefined();
  expect(placeOf("urn:pulumi:prod::shop::aws:s3:Bucket::a::b").name).toBe("a::b");
});

it.each([
  ["geo-certificate", true],
  ["geo-ca-key", true],
  ["geo-environment", true],
  ["geo-environment-api", true],
  ["geo-backend", false],
  ["geo-backend-api", false],
  ["geo-site", false],
])("%s is secret: %s", (name, secret) => {
  expect(isSecret(urn(name))).toBe(secret);
});
