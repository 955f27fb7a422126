import { describe, expect, it } from "vitest";
import { driftOf } from "../../../infra/host/drift.ts";
import type { Facts } from "../../../infra/host/facts.ts";
import { payload } from "../../../infra/render/payload.ts";
import { applied, encoded, facts, file, site, sitePath, siteText } from "./support.ts";

const reasonsOf = (host: Facts, wanted: string) => driftOf("site", host, wanted).map(({ reason }) => reason);
const gone = `file\tsite\t${sitePath}\t-\t-\t-\t-`;
const reasons = (...lines: string[]) =>
  driftOf("site", facts(applied("site", site()), ...lines), site()).map(({ reason }) => reason);

describe("drift", () => {
  it("is none where the host is as it was left", () => {
    expect(reasons(file(siteText))).toEqual([]);
  });

  it("is none of a step that was never applied: it is new", () => {
    expect(driftOf("site", facts(`differs\tsite\t${encoded("x")}`), site())).toEqual([]);
  });

  it("is none where only the desired state changed", () => {
    const host = facts(applied("site", site()), file(siteText));
    expect(driftOf("site", host, site("server { listen 81; }\n"))).toEqual([]);
  });

  it("is none where a line is missing that the host's nginx has no module for", () => {
    const text = "server {\n    brotli_static on;\n    listen 80;\n}\n";
    const without = file(text.replace(/ *brotli.*\n/, ""));
    const found = (...lines: string[]) => reasonsOf(facts(applied("site", site(text)), ...lines), site(text));
    expect(found(without)).toEqual([]);
    expect(found("brotli\tyes", file(text))).toEqual([]);
    expect(found("brotli\tyes", without)).toHaveLength(1);
  });

  it("names an edited file, when, and the lines from the host's text to the desired one", () => {
    const host = facts(applied("site", site()), file(siteText.replace("86400s", "60s")));
    expect(driftOf("site", host, site(siteText.replace("86400s", "3600s")))).toEqual([
      {
        path: sitePath,
        reason: `${sitePath} was edited on the host at 2026-11-25 04:12:44 UTC`,
        diff: [
          `--- ${sitePath} (on the host)`,
          `+++ ${sitePath} (desired)`,
          "@@ -2,4 +2,4 @@",
          "     listen 80;",
          "     listen [::]:80;",
          "-    proxy_read_timeout 60s;",
          "+    proxy_read_timeout 3600s;",
          " }",
        ].join("\n"),
      },
    ]);
  });

  it("is none of a file that is already as it is wanted now: a run that failed came so far", () => {
    const wanted = site(siteText.replace("86400s", "3600s"));
    const host = facts(applied("site", site()), file(siteText.replace("86400s", "3600s")));
    expect(driftOf("site", host, wanted)).toEqual([]);
    expect(reasonsOf(host, site())).toEqual([expect.stringContaining("was edited on the host at")]);
  });

  it("is none of a missing file that is no longer wanted", () => {
    const host = facts(applied("site", site()), gone);
    expect(driftOf("site", host, payload({ site: "geo-system" }))).toEqual([]);
  });

  it("says of what a run that failed wrote or removed that it did so, and nobody else", () => {
    const left = facts(applied("site", site()), `${file("server {}\n")}\tyes`);
    expect(reasonsOf(left, site())).toEqual([
      `${sitePath} is as a run that failed at 2026-11-25 04:12:44 UTC left it`,
    ]);
    const removed = facts(applied("site", site()), `${gone}\tyes`);
    expect(reasonsOf(removed, site())).toEqual([`${sitePath} was removed by a run that failed`]);
  });

  it("names a deleted file", () => {
    expect(reasons(gone)).toEqual([`${sitePath} was deleted on the host`]);
  });

  it.each([
    ["ubuntu:ubuntu", "0644"],
    ["root:root", "0666"],
  ])("names a file that is %s %s", (owner, mode) => {
    expect(reasons(file(siteText, owner, mode))).toEqual([
      `${sitePath} is ${owner} ${mode} on the host, expected root:root 0644`,
    ]);
  });

  it("takes over what the step's own check found", () => {
    expect(reasons(file(siteText), `differs\tsite\t${encoded("nginx does not run\n")}`)).toEqual([
      "nginx does not run",
    ]);
  });

  it("says why a check could not go on", () => {
    const said =
      "geo-system certificate: privkey.pem: it is not the key of the first certificate\n  next: issue another\n";
    const host = facts(applied("certificate", "secret: yes\n"), `failed\tcertificate\t${encoded(said)}`);
    expect(driftOf("certificate", host, "secret: yes\n")).toEqual([
      { reason: "privkey.pem: it is not the key of the first certificate" },
    ]);
  });

  it("reads what only the host knows into the payload before it compares", () => {
    const text = "su ubuntu @group@\n@home@/.pm2/logs\n";
    const path = "/etc/logrotate.d/geo-backend";
    const wanted = payload({}, [{ path, text }]);
    const onHost = file("su ubuntu users\n/home/u/.pm2/logs\n", "root:root", "0644", path);
    const host = facts(applied("site", wanted), "user\tubuntu\t/home/u\tusers", onHost);
    expect(driftOf("site", host, wanted)).toEqual([]);
  });

  it("expects no IPv6 of a host that has none", () => {
    const host = facts(applied("site", site()), file(siteText.replace(/.*\[::\].*\n/, "")), "ipv6\tno");
    expect(driftOf("site", host, site())).toEqual([]);
  });
});
