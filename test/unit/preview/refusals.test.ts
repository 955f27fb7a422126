import { describe, expect, it } from "vitest";
import { checkNotes } from "../../../infra/preview/checks.ts";
import { type StepPlan, stepPlan } from "../../../infra/preview/plan.ts";
import { refusals } from "../../../infra/preview/refusals.ts";
import { payload } from "../../../infra/render/payload.ts";
import type { Reach } from "../../../infra/settings/reaches.ts";
import { applied, encoded, facts, settings, site } from "./support.ts";

const owner = "acme/geo-system/prod/geo";

function refused(lines: string[], maxReach: Reach = "firewall"): string[] {
  const host = facts(...lines);
  const plan = stepPlan("site", host, { payload: site("changed\n"), options: {} });
  return refusals(host, new Map<string, StepPlan>([["site", plan]]), { ...settings, maxReach }, owner);
}

describe("an `up` is refused beforehand", () => {
  it("never on a healthy host", () => {
    expect(
      refused(["disk\t/\t9000000", "listener\t80\tnginx", "listener\t3000\tnode", "listener\t22\tsshd"]),
    ).toEqual([]);
  });

  it("where nginx does not take the wanted site, in nginx's own words", () => {
    const said = "nginx: [emerg] cannot load certificate /etc/ssl/other.pem";
    expect(refused([`failed\tcandidate\t${encoded(said)}`])).toEqual([
      `nginx does not take the wanted site.\n${said}`,
    ]);
  });

  it("where the host runs the backend under another name, or as another user", () => {
    const refusedTo = (now: Record<string, string>) => {
      const host = facts(applied("backend", payload({ name: "chat", user: "ubuntu" })));
      const plan = stepPlan("backend", host, { payload: payload(now), options: {} });
      return refusals(host, new Map([["backend", plan]]), { ...settings, maxReach: "firewall" }, owner);
    };
    expect(refusedTo({ name: "talk", user: "ubuntu" })).toEqual([
      expect.stringMatching(
        /^backendName: expected chat, with which this host was set up, found talk; .* config set backendName chat; .*sudo geo-system backend undo/,
      ),
    ]);
    expect(refusedTo({ name: "chat", user: "deploy" })).toEqual([
      expect.stringMatching(/^user: expected ubuntu/),
    ]);
    expect(refusedTo({ name: "chat", user: "ubuntu" })).toEqual([]);
  });

  it("where apt or systemd knows no such name, as far as the host can tell", () => {
    expect(refused(["package\tredis-sever\tunknown\t1795579964"])).toEqual([
      "hostPackages: apt on the host knows no package redis-sever (its lists are of 2026-11-25); correct the name, or fetch new lists: sudo apt-get update",
    ]);
    expect(refused(["service\tredis-sever.service\tnot-found"])).toEqual([
      expect.stringMatching(/^hostServices: the host has no unit redis-sever.service; correct the name/),
    ]);
    expect(refused(["service\tredis.service\tmasked"])).toEqual([
      expect.stringMatching(/masked on the host.*sudo systemctl unmask redis.service$/),
    ]);
    expect(refused(["package\tredis-server\t-\t0", "service\tredis-server.service\tnot-found"])).toEqual([]);
  });

  it("where a rule of others keeps a port closed, and the firewall is to be changed", () => {
    const said = "geo-system firewall: a rule that others made keeps 80/tcp closed: deny 80/tcp";
    const rules = payload({ allow: ["ssh", "80/tcp"] });
    const refusedOn = (...lines: string[]) => {
      const host = facts(applied("firewall", rules), `failed\trules\t${encoded(said)}`, ...lines);
      const plan = stepPlan("firewall", host, { payload: rules, options: {} });
      return refusals(host, new Map([["firewall", plan]]), { ...settings, maxReach: "firewall" }, owner);
    };
    expect(refusedOn()).toEqual([]);
    expect(refusedOn(`differs\tfirewall\t${encoded("rule 80/tcp comes after another one")}`)).toEqual([
      `ufw does not take the wanted rules.\n${said}`,
    ]);
  });

  it("where a disk is full, named once", () => {
    expect(refused(["disk\t/\t20480", "disk\t/srv\t20480", "disk\t/var\t9000000"])).toEqual([
      expect.stringMatching(/^the disk of \/(srv)?: expected at least 300 MiB free, found 20; make room: /),
    ]);
  });

  it.each([
    ["80", "apache2"],
    ["443", "caddy"],
  ])("where something else listens on %s", (port, name) => {
    expect(refused([`listener\t${port}\t${name}`])).toEqual([
      `port ${port}: expected to be free or ours, found ${name} listening there; see: sudo ss -ltnp sport = :${port}`,
    ]);
  });

  it.each([
    ["a", 3001, "backendStandbyPort"],
    ["b", 3000, "backendPort"],
  ])(
    "where a release of a backend on set %s must go to %s, and another process is there",
    (set, port, key) => {
      const wanted = (release: string) => payload({ port: 3000, "standby-port": 3001, release });
      const refusedOn = (...lines: string[]) => {
        const host = facts(applied("backend", wanted("aa")), `backend\tbackend\t${set}\tyes`, ...lines);
        const plan = stepPlan("backend", host, { payload: wanted("bb"), options: {} });
        return refusals(host, new Map([["backend", plan]]), { ...settings, maxReach: "firewall" }, owner);
      };
      expect(refusedOn(`foreign\t${port}\tnode, process 7 of root`)).toEqual([
        `port ${port}: expected to be free for a release, found node, process 7 of root, which this package did not start; end it, or choose another port: npx pulumi config set ${key} PORT`,
      ]);
      expect(refusedOn(`foreign\t${port === 3000 ? 3001 : 3000}\tnode, process 7 of root`)).toEqual([]);
    },
  );

  it("where a release must go to other ports, and another process is there", () => {
    const at = (port: number) => payload({ port, "standby-port": 3001, release: "aa" });
    const host = facts(
      applied("backend", at(4000)),
      "backend\tbackend\ta\tyes\t4000",
      "foreign\t3000\tnode, process 7 of root",
    );
    const plan = stepPlan("backend", host, { payload: at(3000), options: {} });
    expect(
      refusals(host, new Map([["backend", plan]]), { ...settings, maxReach: "firewall" }, owner),
    ).toEqual([
      expect.stringMatching(/^port 3000: expected to be free for a release, .* config set backendPort PORT$/),
    ]);
  });

  it("of one application by the names that its keys have", () => {
    const wanted = (name: string) =>
      payload({ name, user: "ubuntu", port: 3100, "standby-port": 3101, release: "bb" });
    const host = facts(
      applied("backend-chat", wanted("geo-chat")),
      "backend\tbackend-chat\ta\tyes\t3100",
      "foreign\t3101\tnode, process 7 of root",
    );
    const chat = { ...settings, backendPort: 3100, backendStandbyPort: 3101, called: "chat" };
    const plan = stepPlan("backend-chat", host, { payload: wanted("chat"), options: {} });
    const all = { ...settings, maxReach: "firewall" } as const;
    expect(
      refusals(host, new Map([["backend-chat", plan]]), all, owner, [{ ...chat, step: "backend-chat" }]),
    ).toEqual([
      "applications.chat.name: expected geo-chat, with which this host was set up, found chat; set it back: npx pulumi config set --path applications.chat.name geo-chat; or end the former application, on the host: sudo geo-system backend-chat undo (its data stays)",
      "port 3101: expected to be free for a release, found node, process 7 of root, which this package did not start; end it, or choose another port: npx pulumi config set --path applications.chat.standbyPort PORT",
    ]);
  });

  it("where the backend does not run on the distribution's Node", () => {
    const host = facts("node\tv18.20.4");
    const backend = stepPlan("backend", host, { payload: payload({ engines: ">=20" }), options: {} });
    expect(
      refusals(host, new Map([["backend", backend]]), { ...settings, maxReach: "firewall" }, owner),
    ).toEqual([expect.stringMatching(/^Node on the host: expected >=20, .*; found v18\.20\.4; /)]);
  });

  it("where the host belongs to another stack, both named", () => {
    expect(refused([`owner\t${owner}`])).toEqual([]);
    expect(refused(["owner\tacme/geo-system/test/geo"])).toEqual([
      expect.stringMatching(
        /^this host belongs to acme\/geo-system\/test\/geo, and this is acme\/geo-system\/prod\/geo, .*sudo rm \/var\/lib\/geo-system\/owner/,
      ),
    ]);
  });

  it("where it would reach further than maxReach allows", () => {
    const host = [applied("site", site()), "listener\t80\tnginx"];
    expect(refused(host, "reload")).toEqual([]);
    expect(refused(host, "nothing")).toEqual([
      'site reaches "reload" (nginx reload, connections stay), and maxReach allows "nothing" at most; wait for a better hour, or: npx pulumi config set maxReach reload',
    ]);
  });
});

describe("worth knowing", () => {
  const ends = (days: number) => `certificate\taa\t${1795579964 + days * 86400}`;

  it("is a certificate that ends soon, or has", () => {
    const host = applied("site", site());
    expect(checkNotes(facts(host, ends(13)))).toEqual(["the certificate on the host ends in 13 days"]);
    expect(checkNotes(facts(host, ends(-1)))).toEqual(["the certificate on the host has ended"]);
    expect(checkNotes(facts(host, ends(30)))).toEqual([]);
  });

  it("is a process that was started by hand on the backend's port", () => {
    const applications = [{ step: "backend" as const, ports: { a: [3000], b: [3001] }, shared: [] }];
    const held = "foreign\t3000\tnode, process 7 of ubuntu";
    expect(checkNotes(facts("backend\tbackend\ta\t-", held), undefined, applications)).toEqual([
      "port 3000 is held by node, process 7 of ubuntu, which this package did not start: the release goes to port 3001, and nginx leads there; that process is left alone with its connections, so end it before the release after this one",
    ]);
    expect(checkNotes(facts("backend\tbackend\tb\tyes", held), undefined, applications)).toEqual([]);
  });

  it("is a run that is at work right now", () => {
    const running = `running\t${encoded("backend rollback of ubuntu, process 7, since 2026-11-25 04:12:44\n")}`;
    expect(checkNotes(facts(running))).toEqual([
      "another run is at work on this host, and may change what follows: backend rollback of ubuntu, process 7, since 2026-11-25 04:12:44",
    ]);
  });

  it("names what a release wrote into its own folder, but for what is to be shared", () => {
    const lines = "12000000\t34\tuploads/\n2100000\t1\tdata/db.sqlite\n7\t1\tstate.json\n";
    const host = facts(`written\tbackend\tabc\t${encoded(lines)}`);
    const notes = (...shared: string[]) => checkNotes(host, [], [{ step: "backend", shared }]);
    expect(notes()).toEqual([
      'release abc wrote into its own folder: uploads/ (34 files, 12.0 MB), data/db.sqlite (2.1 MB), state.json (7 B); the next release does not have these files, and they are put aside when this one is removed. Data that must survive: ["uploads","data","state.json"] in backendShared, or DATA_DIR',
    ]);
    expect(notes("uploads", "data")).toEqual([expect.stringContaining('["state.json"] in')]);
    expect(notes("uploads", "data", "state.json")).toEqual([]);
  });

  it("is a name that leads to another host, or nowhere", () => {
    const host = facts(applied("site", site()), "address\t203.0.113.7");
    const name = "geo.example";
    expect(checkNotes(host, [{ name, addresses: ["203.0.113.7"] }])).toEqual([]);
    expect(checkNotes(host, [{ name, addresses: ["198.51.100.1"] }])).toEqual([
      expect.stringMatching(
        /^serverName: geo\.example leads to 198\.51\.100\.1, and this host has 203\.0\.113\.7; /,
      ),
    ]);
    expect(checkNotes(host, [{ name, addresses: [] }])).toEqual([
      expect.stringMatching(/^serverName: geo\.example leads nowhere/),
    ]);
    const balanced = (...addresses: string[]) => checkNotes(host, [{ name, addresses, balanced: true }]);
    expect(balanced("198.51.100.1")).toEqual([]);
    expect(balanced("198.51.100.1", "203.0.113.7")).toEqual([
      expect.stringMatching(/^serverName: geo\.example leads to 203\.0\.113\.7, .* past the balancer/),
    ]);
    expect(balanced()).toEqual([expect.stringMatching(/leads nowhere/)]);
  });
});
