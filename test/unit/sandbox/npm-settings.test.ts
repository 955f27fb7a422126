import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { npmSettings } from "../../../sandbox/host/machine-npm.ts";

describe("npm's settings for the sandbox", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "npm 中文 "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const settings = (global: string, user: string, environment = {}) => {
    writeFileSync(join(folder, "global"), global);
    writeFileSync(join(folder, "user"), user);
    const files = {
      npm_config_globalconfig: join(folder, "global"),
      npm_config_userconfig: join(folder, "user"),
    };
    return Object.fromEntries(npmSettings({ ...files, ...environment }));
  };

  it("are where packages come from, and nothing else", () => {
    const user = [
      "# a comment",
      "registry = https://npm.example/",
      "@shop:registry=https://shop.example/",
      "//shop.example/:_authToken=abc=",
      "fund=false",
      "prefix=/home/me/npm",
      "; another",
    ];
    expect(settings("cafile=/etc/ca.pem\n", user.join("\n"))).toEqual({
      cafile: "/etc/ca.pem",
      registry: "https://npm.example/",
      "@shop:registry": "https://shop.example/",
      "//shop.example/:_authToken": "abc=",
    });
  });

  it("rank the environment above the user's file, and that above the machine's", () => {
    const [global, user] = ["registry=https://one.example", "registry=https://two.example"];
    expect(settings(global, "")).toEqual({ registry: "https://one.example" });
    expect(settings(global, user)).toEqual({ registry: "https://two.example" });
    const environment = { npm_config_registry: "https://three.example" };
    expect(settings(global, user, environment)).toEqual({ registry: "https://three.example" });
  });

  it("hold the values of variables, which do not exist inside", () => {
    const text = "//npm.example/:_authToken=${SHOP_TOKEN}";
    expect(settings("", text, { SHOP_TOKEN: "abc" })).toEqual({ "//npm.example/:_authToken": "abc" });
  });
});
