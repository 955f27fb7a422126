import { describe, expect, it } from "vitest";
import { parseFacts } from "../../../infra/host/read-facts.ts";
import { payload } from "../../../infra/render/payload.ts";
import { encoded, facts } from "./support.ts";

describe("the facts of a host", () => {
  it("are read line by line, texts in base64", () => {
    expect(
      facts(
        `differs\tfirewall\t${encoded("rule 443/tcp is missing in ufw\n")}`,
        `differs\tfirewall\t${encoded("ufw is inactive\n")}`,
        "listener\t443\tnginx",
        "connections\t3000\t212",
        "disk\t/srv\t1048576",
        "user\tubuntu\t/home/ubuntu\tubuntu",
        `failed\tcandidate\t${encoded("nginx: [emerg] unknown directive\n")}`,
      ),
    ).toMatchObject({
      machine: "9f3c51ab",
      time: 1795579964000,
      differs: { firewall: ["rule 443/tcp is missing in ufw", "ufw is inactive"] },
      listeners: { 443: ["nginx"] },
      connections: { 3000: 212 },
      disks: { "/srv": 1048576 },
      user: { name: "ubuntu", home: "/home/ubuntu", group: "ubuntu" },
      failed: { candidate: "nginx: [emerg] unknown directive" },
    });
  });

  it("say what is missing by leaving it out", () => {
    const read = facts("command\t-\t-", "node\t-", "file\tsite\t/etc/a\t-\t-\t-\t-");
    expect(read.command).toEqual({ options: "-" });
    expect(read).not.toHaveProperty("node");
    expect(read.files).toEqual([{ step: "site", path: "/etc/a" }]);
  });

  describe("with a text that the program knows, of which the host says only that it is the same", () => {
    const ours = "/etc/nginx/sites-available/geo-system";
    const text = "listen 80;\nlisten [::]:80;\nroot @home@;\n";
    const payloads = new Map([["site", payload({ site: "geo-system" }, [{ path: ours, text }])]]);
    const same = [
      "applied\tsite\t--run 1\t=",
      `file\tsite\t${ours}\troot:root\t0644\t1795579964\t=\tno`,
      "ipv6\tno",
      "user\tubuntu\t/home/ubuntu\tubuntu",
      "end\n",
    ].join("\n");

    it("are read as the payload that is wanted, and as its file, filled in as this host does", () => {
      const read = parseFacts(same, payloads);
      expect(read.applied.site?.payload).toBe(payloads.get("site"));
      expect(read.files[0]?.found?.text).toBe("listen 80;\nroot /home/ubuntu;\n");
    });

    it("are refused where it does not", () => {
      expect(() => parseFacts(same)).toThrow("call the payload of site known, and it is not");
      expect(() => parseFacts(same.replace(ours, "/etc/other"), payloads)).toThrow("call /etc/other known");
    });
  });

  it("are refused when they broke off on their way", () => {
    expect(() => parseFacts("machine\t9f3c51ab\tweb1\n")).toThrow("broke off before their end");
  });

  it("are refused when the host could not tell all of itself", () => {
    expect(() => facts(`failed\thost\t${encoded("df: /srv: Input/output error\n")}`)).toThrow(
      "the host cannot tell of itself: df: /srv: Input/output error",
    );
  });

  it("are refused when they come from another version", () => {
    expect(() => parseFacts("weather\tfine\nend\n")).toThrow('"weather", which this version does not know');
  });
});
