import { describe, expect, it } from "vitest";
import { commandPlan, environmentPlan } from "../../../infra/preview/own-plans.ts";
import { stepPlan } from "../../../infra/preview/plan.ts";
import { payload } from "../../../infra/steps/payload.ts";
import { applied, encoded, facts, file, site, siteText } from "./support.ts";

const options = { script: "1a2b3c4d" };
const nginx = "listener\t80\tnginx";
const clean = () => [applied("site", site()), file(siteText), nginx];
const plan = (lines: string[], wanted = site(), given = options) =>
  stepPlan("site", facts(...lines), { payload: wanted, options: given });

describe("the plan of a step", () => {
  it("is to do nothing, with the word of last time, where nothing differs", () => {
    expect(plan(clean())).toMatchObject({
      needed: false,
      run: "9f3c51ab-7",
      drift: [],
      changes: [],
      reach: { reach: "nothing" },
    });
  });

  it("is a first run on a host that never had it, or lost its record: with a word that was never there", () => {
    expect(plan([])).toMatchObject({ needed: true, first: true, run: "9f3c51ab-1795579964" });
  });

  it("is another run, with the next word, where the host drifted", () => {
    expect(plan([applied("site", site()), file("x\n"), nginx])).toMatchObject({
      needed: true,
      run: "9f3c51ab-8",
      changes: [],
      reach: { reach: "reload", text: "nginx reload, connections stay" },
    });
  });

  it("is another run where the desired file changed", () => {
    expect(plan(clean(), site("server {}\n"))).toMatchObject({
      run: "9f3c51ab-8",
      drift: [],
      changes: ["/etc/nginx/sites-available/geo-system"],
      reach: { reach: "reload" },
    });
  });

  it("is a run that disturbs nobody where only the script changed", () => {
    expect(plan(clean(), site(), { script: "ffffffff" })).toMatchObject({
      run: "9f3c51ab-8",
      changes: ["script"],
      reach: { reach: "nothing" },
    });
  });

  it("runs again what was applied on another machine", () => {
    const [first] = plan([
      applied("site", site(), "--script 1a2b3c4d --run 77b1e02c-3"),
      file(siteText),
    ]).drift;
    expect(first?.reason).toBe(
      "this is another machine: its machine-id begins with 9f3c51ab, and what lies on it was applied on 77b1e02c",
    );
  });

  it("compares only the settings of a secret payload", () => {
    const secret = (key: string) =>
      payload({ secret: "yes", fingerprint: "aa" }, [{ path: "/k.pem", mode: "0600", text: key }]);
    const host = facts(applied("certificate", "secret: yes\nfingerprint: aa\n"));
    expect(stepPlan("certificate", host, { payload: secret("one"), options }).needed).toBe(false);
  });
});

describe("the reach", () => {
  const backend = (release: string, keep = 5) => payload({ port: 3000, keep, release });
  const backendPlan = (wanted: string, ...lines: string[]) =>
    stepPlan("backend", facts(applied("backend", backend("aa")), ...lines), { payload: wanted, options })
      .reach;

  it.each([
    [[], "nobody is connected"],
    [["connections\t3000\t1"], "1 live connection is asked to reconnect"],
    [["connections\t3000\t212"], "212 live connections are asked to reconnect"],
  ])("of a new release counts who is connected: %s", (lines, whom) => {
    expect(backendPlan(backend("bb"), ...lines)).toEqual({
      reach: "handover",
      text: `release handover, ${whom}`,
    });
  });

  it("of what surrounds the process is nothing", () => {
    expect(backendPlan(backend("aa", 9))).toEqual({ reach: "nothing", text: "nothing" });
  });

  const firewall = (...allow: string[]) => payload({ allow, default: "deny incoming" });
  const firewallReach = (wanted: string, ...lines: string[]) =>
    stepPlan("firewall", facts(...lines), { payload: wanted, options }).reach.text;

  it("of the firewall says which ports open and close, and whether SSH is concerned", () => {
    const before = applied("firewall", firewall("ssh", "80/tcp", "443/tcp"));
    const missing = `differs\tfirewall\t${encoded("rule 443/tcp is missing in ufw")}`;
    expect(firewallReach(firewall("ssh", "80/tcp", "443/tcp"))).toBe(
      "firewall: opens ssh, 80/tcp, 443/tcp, denies the rest, SSH is concerned",
    );
    expect(firewallReach(firewall("ssh", "80/tcp"), before)).toBe(
      "firewall: closes 443/tcp, SSH is not concerned",
    );
    expect(firewallReach(firewall("ssh", "80/tcp", "443/tcp"), before, missing)).toBe(
      "firewall: opens 443/tcp, SSH is not concerned",
    );
  });
});

describe("the host's own command", () => {
  const sum = "1a2b3c4d".padEnd(64, "0");
  const reasons = (found: string, line: string) =>
    commandPlan(facts(`command\t${found}\t${line}`), sum).drift.map(({ reason }) => reason);

  it("is left alone where it is the wanted one", () => {
    expect(commandPlan(facts(`command\t${sum}\t--text 1a2b3c4d --run 9f3c51ab-2`), sum)).toMatchObject({
      needed: false,
      run: "9f3c51ab-2",
    });
  });

  it("is told as edited or deleted", () => {
    expect(reasons("f".repeat(64), "--text 1a2b3c4d --run 9f3c51ab-2")).toEqual([
      "/usr/local/sbin/geo-system was edited on the host",
    ]);
    expect(reasons("-", "--text 1a2b3c4d --run 9f3c51ab-2")).toEqual([
      "/usr/local/sbin/geo-system was deleted on the host",
    ]);
  });
});

describe("the secret environment", () => {
  const file = "/srv/geo-backend/secret.env";
  const user = "user\tubuntu\t/home/ubuntu\tubuntu";
  const line = (sum: string, kept: string, access = "ubuntu:ubuntu 0600") =>
    `environment\t--script 1a2b3c4d --run 9f3c51ab-1\t${sum}\t${kept}\t${access}`;
  const plan = (host: string) => environmentPlan(facts(user, host), { file, sum: "aa", options });

  it("is compared by sums", () => {
    expect(plan(line("aa", "aa")).needed).toBe(false);
    expect(plan(line("bb", "bb"))).toMatchObject({ needed: true, drift: [], changes: ["environment"] });
  });

  it.each([
    [line("bb", "aa"), `${file} was edited on the host (it is secret, so no text is shown)`],
    [line("-", "aa", "-"), `${file} was deleted on the host`],
    [
      line("aa", "aa", "ubuntu:ubuntu 0644"),
      `${file} is ubuntu:ubuntu 0644 on the host, expected ubuntu:ubuntu 0600`,
    ],
  ])("is told as changed by hand, without its text", (host, reason) => {
    expect(plan(host).drift).toEqual([{ reason }]);
  });
});
