import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { commandPlan, environmentPlan } from "../../../infra/preview/own-plans.ts";
import { stepPlan } from "../../../infra/preview/plan.ts";
import { payload } from "../../../infra/render/payload.ts";
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

  it("of files that nginx serves disturbs nobody, also where somebody edited one", () => {
    const set = (release: string) => payload({ path: "/", release });
    const had = applied("file-set-root", set("a"));
    const look = (wanted: string, ...lines: string[]) =>
      stepPlan("file-set-root", facts(had, nginx, ...lines), { payload: wanted, options });
    expect(look(set("a")).needed).toBe(false);
    expect(look(set("b"))).toMatchObject({
      changes: ["release"],
      reach: { reach: "nothing", text: "nothing" },
    });
    const edited = `differs\tfile-set-root\t${encoded("files/index.html was edited or removed\n")}`;
    expect(look(set("a"), edited)).toMatchObject({
      needed: true,
      drift: [{ reason: "files/index.html was edited or removed" }],
      reach: { reach: "nothing" },
    });
  });

  it("runs again what was applied on another machine", () => {
    const [first] = plan([
      applied("site", site(), "--script 1a2b3c4d --run 77b1e02c-3"),
      file(siteText),
    ]).drift;
    expect(first?.reason).toBe(
      "this is another machine: its machine-id begins with 9f3c51ab, and its files were applied on 77b1e02c",
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
    [["listener\t3000\tnode"], "nobody is connected"],
    [["connections\t3000\t1"], "1 live connection is asked to reconnect"],
    [["connections\t3000\t212"], "212 live connections are asked to reconnect"],
  ])("of a new release counts who is connected: %s", (lines, whom) => {
    expect(backendPlan(backend("bb"), ...lines)).toEqual({
      reach: "handover",
      text: `release handover, ${whom}`,
    });
  });

  it("of another port counts who is on the present one, and on the one in use where a run has failed since", () => {
    const moved = payload({ port: 7070, "standby-port": 7071, keep: 5, release: "bb" });
    const text = "release handover, 212 live connections are asked to reconnect";
    expect(backendPlan(moved, "listener\t3000\tnode", "connections\t3000\t212").text).toBe(text);
    const inUse = ["backend\tbackend\ta\tyes\t4000", "listener\t4000\tnode", "connections\t4000\t212"];
    expect(backendPlan(moved, ...inUse).text).toBe(text);
  });

  it("of a release of one application counts its own clients alone, and so does its secret environment", () => {
    const of = (port: number, release: string) =>
      payload({ port, "standby-port": port + 1, handover: "paced", "handover-seconds": 10, release });
    const host = facts(
      ...[applied("backend-api", of(3000, "aa")), applied("backend-chat", of(3100, "aa"))],
      ...["backend\tbackend-api\ta\tyes\t3000", "backend\tbackend-chat\tb\tno\t3101"],
      ...["connections\t3000\t212", "connections\t3101\t7", "listener\t3000\tnode", "listener\t3101\tnode"],
    );
    const reach = (step: string, port: number) =>
      stepPlan(step, host, { payload: of(port, "bb"), options: { script: "1a2b3c4d" } }).reach.text;
    expect(reach("backend-api", 3000)).toBe("release handover, 212 live connections are asked to reconnect");
    expect(reach("backend-chat", 3100)).toBe("release handover, 7 live connections are cut after 15 s");
  });

  it("of a site that is to be served by TLS alone is that clients of ws:// are rejected", () => {
    const closed = `https-only: yes\n${site("server { }\n")}`;
    expect(plan(clean(), closed).reach.text).toBe(
      "nginx reload, connections stay; new clients of ws:// are rejected",
    );
    const host = [applied("site", closed), file("server { }\n"), nginx];
    expect(plan(host, site()).reach.text).toBe("nginx reload, connections stay");
  });

  it("of a balancer that begins or ceases to speak the PROXY protocol is that the others are rejected", () => {
    const spoken = `proxy-protocol: yes\n${site("server { }\n")}`;
    expect(plan(clean(), spoken).reach.text).toBe(
      "nginx reload, connections stay; new connections without a PROXY header are rejected",
    );
    const host = [applied("site", spoken), file("server { }\n"), nginx];
    expect(plan(host, site()).reach.text).toBe(
      "nginx reload, connections stay; new connections with a PROXY header are rejected",
    );
    expect(plan(host, spoken).reach.text).not.toContain("rejected");
  });

  it("of a backend on the other port of its pair is that nginx follows it, or a release that counts its users there", () => {
    const pair = (release: string) => payload({ port: 3000, "standby-port": 3001, release });
    const reason = "geo-backend runs on port 3001, and nginx leads to port 3000 first";
    const lines = [`differs\tbackend\t${encoded(reason)}`, "connections\t3001\t3", "listener\t3001\tnode"];
    const reach = (release: string) =>
      stepPlan("backend", facts(applied("backend", pair("aa")), ...lines), {
        payload: pair(release),
        options,
      }).reach;
    expect(reach("aa")).toEqual({
      reach: "reload",
      text: "nginx follows the backend to its port, nginx reload, connections stay",
    });
    expect(reach("bb").text).toBe("release handover, 3 live connections are asked to reconnect");
  });

  it("of a backend that is down is that it is started", () => {
    expect(backendPlan(backend("bb")).text).toBe("the backend is started, nothing serves now");
  });

  it("of what surrounds the process is nothing", () => {
    expect(backendPlan(backend("aa", 9))).toEqual({ reach: "nothing", text: "nothing" });
  });

  const live = "connections\t3000\t212";

  it("of a release without a handover is that connections are cut", () => {
    const at = (release: string) => payload({ port: 3000, handover: "stop-start", release });
    const host = facts(applied("backend", at("aa")), live);
    expect(stepPlan("backend", host, { payload: at("bb"), options }).reach).toEqual({
      reach: "handover",
      text: "release without a handover, 212 live connections are cut",
    });
  });

  it.each([
    ["paced", "yes", "212 live connections are asked to reconnect"],
    ["paced", "no", "212 live connections are cut after 15 s"],
    ["paced", "unknown", "212 live connections are cut after 15 s at the latest"],
    ["at-once", "yes", "212 live connections are asked to reconnect at once"],
    ["at-once", "no", "212 live connections are cut at once"],
    ["at-once", "unknown", "212 live connections are cut after 5 s at the latest"],
  ])("of a %s release of a backend that asks its clients (%s) is: %s", (handover, asks, text) => {
    const at = (release: string) =>
      payload({ port: 3000, "standby-port": 3001, handover, "handover-seconds": 10, release });
    const on = (set: string, port: number) =>
      facts(applied("backend", at("aa")), `backend\tbackend\t${set}\t${asks}`, `connections\t${port}\t212`);
    for (const host of [on("a", 3000), on("b", 3001)])
      expect(stepPlan("backend", host, { payload: at("bb"), options }).reach.text).toBe(
        `release handover, ${text}`,
      );
  });

  it("of another pm2, which takes its applications with it, is that connections are cut", () => {
    const under = (pm2: string) => payload({ port: 3000, pm2, release: "aa" });
    const host = facts(applied("backend", under("6.0.8")), live);
    expect(stepPlan("backend", host, { payload: under("6.0.9"), options }).reach).toEqual({
      reach: "handover",
      text: "pm2 is restarted, 212 live connections are cut",
    });
  });

  const path = "/etc/logrotate.d/geo-backend";
  const ecosystem = "/srv/geo-backend/ecosystem.config.cjs";
  const withFiles = payload({ port: 3000, release: "aa" }, [
    { path, text: "a\n" },
    { path: ecosystem, text: "a\n" },
  ]);
  const edited = (name: string) => `file\tbackend\t${name}\troot:root\t0644\t1795579964\t${encoded("b\n")}`;
  const differs = (reason: string) => `differs\tbackend\t${encoded(reason)}`;

  it.each([
    ["nothing", "a file around the process", edited(path)],
    ["nothing", "its start at boot", differs("pm2-ubuntu.service does not start at boot")],
    ["nothing", "pm2's list", differs("pm2's saved list lacks geo-backend: the next boot would not")],
    ["handover", "the file that it is started from", edited(ecosystem)],
    ["handover", "a process that does not run", differs("geo-backend is stopped, as pm2 says")],
  ])("is %s where %s was changed by hand", (reach, _, line) => {
    const host = facts(applied("backend", withFiles), live, line);
    const plan = stepPlan("backend", host, { payload: withFiles, options });
    expect([plan.needed, plan.reach.reach]).toEqual([true, reach]);
  });

  it("of paths that are shared from now on says what moves, and disturbs nobody", () => {
    const sharing = (...shared: string[]) => payload({ name: "chat", shared, release: "aa" });
    const host = facts(applied("backend", sharing("old")), "connections\t3000\t212");
    const wanted = { payload: sharing("data", "uploads"), options };
    expect(stepPlan("backend", host, wanted).reach).toEqual({
      reach: "nothing",
      text: "data, uploads of the running release move to /srv/chat/shared, and a link takes its place; old is no longer shared: a new release has its own, and the data stays in /srv/chat/shared/old",
    });
  });

  const packagesReach = (wanted: string, ...lines: string[]) =>
    stepPlan("packages", facts(...lines), { payload: wanted, options }).reach.text;
  const needs = (...services: string[]) =>
    payload({ "host-package": ["redis-server"], "host-service": services });

  it("of what the backend needs of the host says what starts, and what is given back later", () => {
    const before = applied("packages", needs("redis-server.service"));
    const down = `differs\tpackages\t${encoded("redis-server is not running (failed)")}`;
    const was = "service-before\tredis-server.service\tno\tno";
    expect(packagesReach(needs("redis-server.service"))).toBe(
      "redis-server is started, where it does not run",
    );
    expect(packagesReach(needs("redis-server.service"), before, down)).toBe(
      "redis-server is started, where it does not run",
    );
    expect(packagesReach(payload({}), before, was)).toBe(
      "redis-server is stopped and disabled at boot, as it was before, once the backend runs without it; redis-server is no longer needed, and stays installed",
    );
    expect(packagesReach(needs(), before, "service-before\tredis-server.service\tyes\tyes")).toBe(
      "redis-server stays as it is",
    );
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

  it("of the firewall opens on a host that was set up by hand only what its rules do not allow", () => {
    const wanted = firewall("ssh", "80/tcp", "443/tcp");
    const web = ["firewall\tactive\tdeny", "open\t80/tcp", "open\t443/tcp"];
    expect(firewallReach(wanted, ...web, "open\tssh")).toBe(
      "firewall: opens nothing, its rules allow all of it already",
    );
    expect(firewallReach(wanted, ...web)).toBe("firewall: opens ssh, SSH is concerned");
    expect(firewallReach(wanted, "firewall\tinactive\tdeny", "open\tssh")).toBe(
      "firewall: opens ssh, 80/tcp, 443/tcp, denies the rest, SSH is concerned",
    );
  });

  const firstReach = (...lines: string[]) => {
    const wanted = payload({ name: "chat", port: 3000, "standby-port": 3001, "handover-seconds": 10 });
    return stepPlan("backend", facts(...lines), { payload: wanted, options }).reach.text;
  };

  it("of a first release says what becomes of the application that a person started", () => {
    expect(firstReach()).toBe("the first release is started");
    const serving = ["listener\t3000\tnode", "connections\t3000\t12"];
    const held = "foreign\t3000\tnode, process 7 of ubuntu";
    expect(firstReach(...serving, held)).toBe(
      "node, process 7 of ubuntu keeps port 3000, with its 12 live connections, until it is ended by hand; clients of the new site meet the first release, beside it",
    );
    expect(firstReach(...serving, "backend\tbackend\ta\tno")).toBe(
      "application chat is taken over: 12 live connections are cut after 15 s",
    );
  });

  it.each([
    "rule 22/tcp comes after another one: deny 22/tcp",
    "the last change was taken back: the changed rules block port 22, where sshd listens",
  ])("of the firewall concerns SSH unless it is known not to: %s", (reason) => {
    const wanted = firewall("ssh", "80/tcp");
    const before = applied("firewall", wanted);
    expect(firewallReach(wanted, before, `differs\tfirewall\t${encoded(reason)}`)).toBe(
      "firewall: SSH is concerned",
    );
  });

  it("of the patience of the firewall's timer is nothing: no rule changes", () => {
    const within = (seconds: number) => payload({ allow: ["ssh"], "confirm-within": seconds });
    expect(firewallReach(within(90), applied("firewall", within(60)))).toBe("nothing");
  });
});

describe("the host's own command", () => {
  const sum = "1a2b3c4d".padEnd(64, "0");
  const reasons = (found: string, line: string) =>
    commandPlan(facts(`command\t${found}\t${line}`), sum).drift.map(({ reason }) => reason);

  it("is left alone where it is the wanted one", () => {
    expect(
      commandPlan(facts(`command\t${sum}\t--text 1a2b3c4d --run 9f3c51ab-2\troot:root 0755`), sum),
    ).toMatchObject({
      needed: false,
      run: "9f3c51ab-2",
    });
  });

  it("is no edit where it is the wanted one already: its run was cut off before it could say so", () => {
    expect(reasons(sum, "--text ffffffff --run 9f3c51ab-2\troot:root 0755")).toEqual([]);
  });

  it("is told as edited or deleted", () => {
    expect(reasons("f".repeat(64), "--text 1a2b3c4d --run 9f3c51ab-2\troot:root 0755")).toEqual([
      "/usr/local/sbin/geo-system was edited on the host",
    ]);
    expect(reasons(sum, "--text 1a2b3c4d --run 9f3c51ab-2\tubuntu:ubuntu 0777")).toEqual([
      "/usr/local/sbin/geo-system is ubuntu:ubuntu 0777 on the host, expected root:root 0755",
    ]);
    expect(reasons("-", "--text 1a2b3c4d --run 9f3c51ab-2")).toEqual([
      "/usr/local/sbin/geo-system was deleted on the host",
    ]);
  });
});

describe("the secret environment", () => {
  const file = "/srv/geo-backend/secret.env";
  const text = "TOKEN='a'\n";
  const own = createHash("sha256").update(text).digest("hex");
  const user = "user\tubuntu\t/home/ubuntu\tubuntu";
  const line = (sum: string, kept: string, access = "ubuntu:ubuntu 0600") =>
    `environment\tbackend\t--script 1a2b3c4d --run 9f3c51ab-1\t${sum}\t${kept}\t${access}`;
  const plan = (...host: string[]) =>
    environmentPlan(facts(user, ...host), {
      payload: payload({ secret: "yes" }, [{ path: file, text }]),
      options,
      backend: {
        ...{ backendPort: 3000, backendStandbyPort: 3001, backendInstances: 1 },
        ...{ sticky: undefined, handshake: undefined, handover: undefined, handoverSeconds: 10 },
      },
    });

  it("is compared by sums", () => {
    expect(plan(line(own, own)).needed).toBe(false);
    expect(plan(line("bb", "bb"))).toMatchObject({ needed: true, drift: [], changes: ["environment"] });
  });

  it.each([
    [
      "only its script changed",
      `environment\tbackend\t--script ffffffff --run 9f3c51ab-1\t${own}\t${own}\tubuntu:ubuntu 0600`,
    ],
    ["only its mode differs", line(own, own, "ubuntu:ubuntu 0644")],
  ])("disturbs nobody where %s", (_, host) => {
    expect(plan(host)).toMatchObject({ needed: true, reach: { reach: "nothing" } });
  });

  it("reaches everybody who is connected: the application restarts with it", () => {
    expect(plan(line("bb", "bb"), "connections\t3000\t212").reach).toEqual({
      reach: "handover",
      text: "release handover, 212 live connections are asked to reconnect",
    });
  });

  it.each([
    [line("bb", own), `${file} was edited on the host (it is secret, so no text is shown)`],
    [line("-", own, "-"), `${file} was deleted on the host`],
    [
      line(own, own, "ubuntu:ubuntu 0644"),
      `${file} is ubuntu:ubuntu 0644 on the host, expected ubuntu:ubuntu 0600`,
    ],
  ])("is told as changed by hand, without its text", (host, reason) => {
    expect(plan(host).drift).toEqual([{ reason }]);
  });
});
