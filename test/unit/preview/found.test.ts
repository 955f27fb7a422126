import { expect, it } from "vitest";
import { checkNotes } from "../../../infra/preview/checks.ts";
import { findingsOf } from "../../../infra/preview/found/findings.ts";
import { stepPlan } from "../../../infra/preview/plan.ts";
import { refusals } from "../../../infra/preview/refusals.ts";
import { payload } from "../../../infra/render/payload.ts";
import { applied, encoded, facts, settings as lookSettings, site } from "./support.ts";

/* What a preview says of a host that was set up by hand. */
const wanted = {
  step: "backend" as const,
  backendName: "geo-backend",
  siteName: "geo-system",
  websocketPath: "/ws",
  ports: { a: [3000], b: [3001] },
};

const told = (lines: Record<string, string | number>) =>
  encoded(
    Object.entries(lines)
      .map((pair) => `${pair.join("=")}\n`)
      .join(""),
  );

const api = { pid: 687, user: "ubuntu", folder: "/home/ubuntu/geo", program: "node", node: "v22.18.0" };
const pm2 = (name: string, port: number | "-" = 3000, connections = 12, pid = api.pid) =>
  `found\t${port}\t${told({ ...api, pid, manager: "pm2", name, connections })}`;
const nginx = (port: number) =>
  `found\t${port}\t${told({ pid: 5, user: "root", program: "nginx", manager: "unit", name: "nginx.service" })}`;

const websocket =
  "location /ws { proxy_pass http://localhost:3000; proxy_set_header Upgrade $http_upgrade; }";
const configuration = (...files: [name: string, text: string][]) => {
  const main = "# configuration file /etc/nginx/nginx.conf:\nhttp {\n    include sites-enabled/*;\n}\n";
  const sites = files.map(
    ([name, text]) => `# configuration file /etc/nginx/sites-enabled/${name}:\n${text}`,
  );
  return `found-nginx\t${encoded([main, ...sites].join("\n"))}`;
};
const theirs = `server {\n    # by hand\n    listen 80;\n    gzip on;\n    ${websocket}\n}\n`;

const findings = (...lines: string[]) => findingsOf(facts(...lines), site(), wanted, [wanted]);

it("names the application, who holds the web's ports, the site with its diff, and what ours lacks", () => {
  const said = findings(pm2("api"), nginx(80), nginx(443), configuration(["chat", theirs]));
  expect(said.map((each) => each.split("\n")[0])).toEqual([
    "application api runs under pm2 as ubuntu: process 687 in /home/ubuntu/geo, Node 22.18.0, port 3000, 12 connections",
    "nginx listens on port 80 and 443, by the unit nginx.service",
    "nginx serves it by /etc/nginx/sites-enabled/chat; it stays",
    "/etc/nginx/sites-enabled/chat says, and our site does not: gzip on;",
  ]);
  expect(said[2]).toContain(
    "--- /etc/nginx/sites-enabled/chat (on the host)\n+++ /etc/nginx/sites-available/geo-system (desired)\n",
  );
  expect(said[2]).toContain("\n-    gzip on;\n");
  expect(said[2]).not.toContain("by hand");
});

it("does not name what our site, or what the operator includes there, says too", () => {
  const proxied = theirs.replace("listen 80;", "listen 80 proxy_protocol; set_real_ip_from 10.0.0.0/8;");
  const lacked = (ours: string, include = "") => {
    const files = [{ path: "/etc/nginx/sites-available/geo-system", text: ours }];
    if (include) files.push({ path: "/etc/nginx/geo-system/server.conf", text: include });
    const host = facts(pm2("api"), configuration(["chat", proxied]));
    return findingsOf(host, payload({ site: "geo-system" }, files), wanted, [wanted]).flatMap(
      (each) => / our site does not: (.*)$/.exec(each)?.[1] ?? [],
    );
  };
  expect(lacked("server { listen 80; }\n")).toEqual([
    ...["listen 80 proxy_protocol;", "set_real_ip_from 10.0.0.0/8;", "gzip on;"],
  ]);
  const ours = "server { listen 80 default_server proxy_protocol; set_real_ip_from 10.0.0.0/8; }\n";
  expect(lacked(ours, "gzip on;\n")).toEqual([]);
});

it("says of a site of our name that it is replaced", () => {
  expect(findings(pm2("api"), configuration(["geo-system", theirs]))[1]).toMatch(/; it is replaced\n/);
});

it("tells what stays beside it: other applications once each, other sites, a boot unit", () => {
  const other = "server { server_name blog.example; root /var/www; }\n";
  expect(
    findings(
      pm2("api"),
      pm2("api", "-", 0, 688), // another process of its cluster
      pm2("reports", "-", 0, 700),
      "found-boot\tpm2-ubuntu.service\tubuntu",
      configuration(["blog", other], ["geo-system", theirs]),
    ).filter((each) => / it stays$/.test(each)),
  ).toEqual([
    "pm2-ubuntu.service starts the pm2 applications of ubuntu at boot; it stays",
    "application reports runs under pm2 as ubuntu: process 700 in /home/ubuntu/geo, Node 22.18.0; it stays",
    "nginx serves something else by /etc/nginx/sites-enabled/blog (blog.example); it stays",
  ]);
});

it("has nothing to say of a bare host, nor of one on which a release runs", () => {
  expect(findings()).toEqual([]);
  expect(findings(applied("backend", payload({})), pm2("geo-backend"))).toEqual([]);
});

it("takes our own site, which an `up` that failed later placed, for no find", () => {
  const said = findings(applied("site", site()), pm2("api"), configuration(["geo-system", theirs]));
  expect(said.join("\n")).not.toContain("nginx serves");
});

it("takes nginx's welcome page for nobody's site", () => {
  const page = configuration(["default", "server { listen 80 default_server; }\n"]);
  expect(findings(nginx(80), page, "found-welcome")).toEqual([
    "nginx listens on port 80, by the unit nginx.service; it serves its welcome page alone",
  ]);
  expect(findings(nginx(80), page)).toContain(
    "nginx serves something else by /etc/nginx/sites-enabled/default; it stays",
  );
});

const reach = (step: string, wantedText: string, ...lines: string[]) =>
  stepPlan(step, facts(...lines), { payload: wantedText, options: {} }).reach.text;

it("says of the site's reach what becomes of the sites that serve", () => {
  const serving = "listener\t80\tnginx";
  const of = (...files: [string, string][]) => reach("site", site(), serving, configuration(...files));
  expect(of(["geo-system", theirs])).toBe(
    "the site geo-system that serves now is replaced, nginx reload, connections stay",
  );
  expect(of(["chat", theirs])).toBe("beside /etc/nginx/sites-enabled/chat, nginx reload, connections stay");
  expect(of()).toBe("nginx reload, connections stay");
  expect(reach("site", site())).toBe("nginx is started");
});

it("never calls the release the first where nginx serves an application on another port", () => {
  const release = payload({ name: "geo-backend", port: 3000, release: "aa" });
  const elsewhere = theirs.replace("3000", "8080");
  expect(
    reach("backend", release, pm2("api", 8080), "connections\t8080\t1", configuration(["chat", elsewhere])),
  ).toBe(
    "application api of ubuntu's pm2 keeps port 8080, with its live connection, until it is ended by hand; clients of the new site meet the first release, beside it",
  );
  expect(reach("backend", release)).toBe("the first release is started");
});

it("says of the application that gives way how long its connections stay, and notes no port that is held", () => {
  const release = (handover: string) =>
    payload({ name: "geo-backend", port: 3000, handover, "handover-seconds": 10, release: "aa" });
  const lines = (live: number) => [
    pm2("api", 3000, live),
    "found-taken\tbackend\t3000",
    "foreign\t3000\tnode, process 687 of ubuntu",
    `connections\t3000\t${live}`,
  ];
  const last = "; then it is ended, and `destroy` starts it again";
  expect(reach("backend", release("paced"), ...lines(12))).toBe(
    `application api of ubuntu's pm2 is taken over: 12 live connections stay until the deadline, 15 s after the handshake${last}`,
  );
  expect(reach("backend", release("at-once"), ...lines(1))).toBe(
    `application api of ubuntu's pm2 is taken over: 1 live connection is cut${last}`,
  );
  expect(reach("backend", release("paced"), ...lines(0))).toBe(
    `application api of ubuntu's pm2 is taken over: nobody is connected${last}`,
  );
  expect(checkNotes(facts(...lines(12)), [], [{ step: "backend", ports: wanted.ports, shared: [] }])).toEqual(
    [],
  );
});

const settings = { ...lookSettings, maxReach: "firewall" } as const;
const refused = (...lines: string[]) => {
  const host = facts(...lines);
  const plan = stepPlan("backend", host, { payload: payload({ port: 3000, release: "aa" }), options: {} });
  return refusals(host, new Map([["backend", plan]]), settings, "acme/geo-system/prod/geo");
};

it("refuses a port that another program holds, with what runs it and how to end that", () => {
  const apache = told({ pid: 9, user: "root", program: "apache2", manager: "unit", name: "apache2.service" });
  expect(refused("listener\t80\tapache2", `found\t80\t${apache}`)).toEqual([
    "port 80: expected to be free or ours, found apache2 listening there, by the unit apache2.service; end it: sudo systemctl disable --now apache2.service",
  ]);
  expect(refused("foreign\t3001\tnode, process 7 of ubuntu", pm2("chat", 3001))).toEqual([
    expect.stringContaining(
      "found node, process 7 of ubuntu, application chat under pm2, which this package did not start; end it (as ubuntu: pm2 delete chat && pm2 save), or choose another port",
    ),
  ]);
  expect(refused("listener\t80\tnginx", nginx(80))).toEqual([]);
});

it("refuses a name of takeOver that the host does not have, before anything is changed", () => {
  const host = facts(pm2("chat"), "found-taken\tbackend\t3000", configuration(["chat", theirs]));
  const plan = (step: string, wantedText: string) =>
    stepPlan(step, host, { payload: wantedText, options: {} });
  const of = (application: string, replaces: string) =>
    refusals(
      host,
      new Map([
        ["backend", plan("backend", payload({ port: 3000, "take-over": application, release: "aa" }))],
        ["site", plan("site", payload({ site: "geo-system", replaces }))],
      ]),
      settings,
      "acme/geo-system/prod/geo",
    );
  expect(of("chat", "chat")).toEqual([]);
  expect(of("api", "default")).toEqual([
    "takeOver.application: expected an application api on port 3000, found application chat of ubuntu's pm2; name the one that `npm run take-over` prints, or set backendPort to its port",
    "takeOver.site: expected a site of this host, found default, which is none of /etc/nginx/sites-enabled/chat; name the file in /etc/nginx/sites-enabled that serves now",
  ]);
});

it("says of a site that takeOver names that it is replaced", () => {
  const host = facts(pm2("api"), configuration(["chat", theirs]));
  expect(findingsOf(host, site(), { ...wanted, takeOver: { site: "chat" } }, [wanted])[1]).toMatch(
    /; it is replaced\n/,
  );
  const text = payload({ site: "geo-system", replaces: "chat" });
  expect(reach("site", text, "listener\t80\tnginx", configuration(["chat", theirs]))).toBe(
    "the site chat that serves now is replaced, nginx reload, connections stay",
  );
});

const data = (source: string, state: string, bytes: string, named = "yes") =>
  `found-data\tbackend\t${source}\tdata\t${state}\t${bytes}\t${named}`;
const target = "/srv/geo-backend/shared/data";

it("says of the application's data how much comes along, where to, and what destroy does", () => {
  expect(
    findings(
      data("/home/ubuntu/geo/data", "move", "2100000"),
      data("/home/deploy/data", "copy", ""),
      data("/home/ubuntu/geo/data", "filled", "12", "no"),
      data("/home/ubuntu/geo/data", "there", "12"),
    ),
  ).toEqual([
    `/home/ubuntu/geo/data holds 2.1 MB; it moves to ${target} before the release starts, a link takes its place, and \`destroy\` moves it back`,
    `/home/deploy/data holds more than can be counted in 5 s; it is copied to ${target} before the release starts, since it is another user's or on another disk: what is written there later does not come along`,
    `/home/ubuntu/geo/data holds 12 B; it stays there, since ${target} holds files already`,
  ]);
});

it("refuses data that cannot come along, and data that comes too late", () => {
  const why = (line: string) => refused(line).map((each) => each.split(";")[0]);
  expect(why(data("data", "missing", ""))).toEqual([
    "takeOver.data: data is in no folder that is known: no application gives way to this one",
  ]);
  expect(why(data("/x/data", "missing", ""))).toEqual(["takeOver.data: /x/data is not on this host"]);
  expect(why(data("/x/data", "filled", "1"))).toEqual([
    "takeOver.data: /x/data cannot come along, since there are files already where it would go",
  ]);
  expect(why(data("/x/data", "filled", "1", "no"))).toEqual([]);
  const release = (...taken: string[]) =>
    payload({ name: "geo-backend", port: 3000, release: "aa", "take-data": taken });
  const host = facts(applied("backend", release("data")));
  const of = (...taken: string[]) => {
    const plan = stepPlan("backend", host, { payload: release(...taken), options: {} });
    return refusals(host, new Map([["backend", plan]]), settings, "acme/geo-system/prod/geo");
  };
  expect(of("data")).toEqual([]);
  expect(of("data", "/x/new")).toEqual([
    "takeOver.data: /x/new was not taken over with the first release, and cannot be added now; put its path in backendShared instead, and move the files on the host, to /srv/geo-backend/shared",
  ]);
});
