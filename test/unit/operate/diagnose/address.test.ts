import { describe, expect, it, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import type { Flow } from "../../../../operate/diagnose/outside/observed.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { optionTarget } from "../../../../operate/target/option-target.ts";
import { flow, healthy, inside, outside, printed } from "./support/healthy.ts";

/* The host serves as it was deployed, and the address is another one: recorded on a sandbox host. */

const deployed = (changes = "") => `map $http_upgrade $upgrade { default upgrade; '' ''; }
server {
  listen 80 default_server so_keepalive=2m:30s:4;
  listen [::]:80 default_server;
  ${changes}
  proxy_http_version 1.1;
  proxy_set_header Host $host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $upgrade;
  location /ws { proxy_pass http://127.0.0.1:3000; proxy_read_timeout 86400s; proxy_send_timeout 86400s; }
  location @geo_system_former { proxy_pass http://127.0.0.1:3001; proxy_read_timeout 86400s; }
  location / { proxy_pass http://127.0.0.1:3000; }
}
`;
const withTls = deployed("listen 443 ssl; listen [::]:443 ssl;");

interface Asked {
  site?: string;
  failure?: NonNullable<Flow["failure"]>;
  plainOpen?: Flow["plainOpen"];
  backend?: string;
  handshake?: "plain" | "http";
  named?: false;
  byHand?: true;
}

async function seen(url: string, asked: Asked): Promise<Observations> {
  const {
    site = withTls,
    failure,
    plainOpen,
    backend = "HTTP/1.1 400 Bad Request",
    handshake = "plain",
  } = asked;
  const { named, urls, host } = await optionTarget({ url: [url] });
  const { deployedSite: _, ...nginx } = inside.nginx;
  const ours = asked.byHand ? {} : { deployedSite: site };
  return {
    ...healthy,
    target: { ...healthy.target, urls, host, ...(asked.named !== false && named && { named }) },
    outside: {
      ...outside,
      flows: [{ ...flow(url, failure), ...(plainOpen && { plainOpen }) }],
      client: { ...outside.client, handshake, showsToken: false },
    },
    inside: {
      ...inside,
      nginx: { ...nginx, site, ...ours, configuration: printed(site) },
      loopback: [
        { to: "nginx", port: 80, answer: backend },
        { to: "backend", port: 3000, answer: backend },
      ],
    },
  };
}
const said = async (url: string, asked: Asked) => {
  const diagnosis = judge(await seen(url, asked));
  const { hop, cause, fix, worry } = diagnosis.verdict ?? {};
  return {
    code: exitCode(diagnosis),
    hop,
    cause,
    fix,
    worry,
    others: diagnosis.others.map(({ cause }) => cause),
  };
};
const answered = (status: number, body = ""): Asked => ({
  failure: { hop: "upgrade", cause: `(${status})`, seen: { url: "ws://203.0.113.7/nope", status, body } },
  plainOpen: "refused",
});
const look = (url: string) => `npm run diagnose -- --url ${url}`;
const configured = (key: string) =>
  expect.stringMatching(new RegExp(`^# where clients .* config set ${key}; .* up$`));

describe("a path that the site does not have", () => {
  it.each([400, 404, 426, 200])(
    "is named where the backend answers %i, with the path that it should be",
    async (status) => {
      expect(await said("ws://203.0.113.7/nope", answered(status))).toEqual({
        code: 2,
        hop: "upgrade",
        cause: `/nope is no path for WebSockets: nginx holds WebSockets on /ws, and passes /nope on as a page's, where the backend takes none (${status})`,
        fix: [
          "# look at the address that is served:",
          look("ws://203.0.113.7/ws"),
          configured("websocketPath /nope"),
        ],
        worry: expect.stringMatching(/^Not known/),
        others: [],
      });
    },
  );

  it("is named where the backend hangs up, as Engine.IO does", async () => {
    const told = await said("ws://203.0.113.7/", { ...answered(502), backend: "closed" });
    expect(told.cause).toMatch(/^\/ is no path .* where the backend hangs up \(502\)$/);
  });

  it("is not blamed for a backend that is down", async () => {
    const told = await said("ws://203.0.113.7/nope", { ...answered(502), backend: "refused" });
    expect(told.cause).not.toMatch(/is no path/);
    expect(told.fix?.join("\n")).not.toContain("site apply");
  });

  it("is no fault of an application without a WebSocket, which is asked by HTTP", async () => {
    expect(await said("ws://203.0.113.7/shop", { handshake: "http" })).toMatchObject({ code: 0 });
  });

  it("fails later where the backend takes it: what is silent is cut", async () => {
    expect(await said("ws://203.0.113.7/nope", {})).toMatchObject({
      code: 1,
      hop: "site",
      cause: expect.stringMatching(
        /^\/nope is no path for WebSockets: .* one that is silent is cut after 60 s$/,
      ),
      fix: [
        "# look at the address that is served:",
        look("ws://203.0.113.7/ws"),
        configured("websocketPath /nope"),
      ],
    });
  });

  it.each(["/ws/", "/wsx"])("is told of %s, which nginx passes by the location /ws", async (path) => {
    expect(await said(`ws://203.0.113.7${path}`, answered(400))).toMatchObject({
      code: 2,
      cause: `the backend takes no WebSocket on ${path} (400): nginx holds WebSockets on /ws`,
      fix: [
        "# look at the address that is served:",
        look("ws://203.0.113.7/ws"),
        configured(`websocketPath ${path}`),
      ],
    });
    expect((await said(`ws://203.0.113.7${path}`, {})).cause).toBeUndefined();
  });

  it("is told of one without the slash at its end, which nginx redirects", async () => {
    const site = withTls.replace("location /ws ", "location /socket.io/ ");
    const told = await said("ws://203.0.113.7/socket.io", { ...answered(301), site });
    expect(told.cause).toMatch(/redirects \/socket.io, which WebSocket clients do not follow$/);
    expect(told.fix).toContain(look("ws://203.0.113.7/socket.io/"));
  });

  it("keeps a query to itself", async () => {
    const told = await said("ws://203.0.113.7/nope?token=secret", answered(404));
    expect(told.fix?.slice(0, 2)).toEqual([
      "# look at the address that is served, with the query that you gave:",
      `# ${look("ws://203.0.113.7/ws")}`,
    ]);
  });

  it("is the stack's own where one is known: it was not brought up since", async () => {
    expect(await said("ws://203.0.113.7/nope", { ...answered(404), named: false })).toMatchObject({
      code: 1,
      cause: expect.stringMatching(/; the stack's configuration has changed since its last up$/),
      fix: ["npm run up"],
    });
  });

  it("is found on a host of another make by its own locations", async () => {
    const told = await said("ws://203.0.113.7/nope", { ...answered(404), byHand: true });
    expect(told.fix).toEqual(["# look at the address that is served:", look("ws://203.0.113.7/ws")]);
  });
});

test("a location that is missing on the host is the site's fault, not the address's", async () => {
  const observed = await seen("ws://203.0.113.7/ws", answered(404));
  const configuration = printed(withTls.replace(/^ *location \/ws .*$/m, ""));
  const nginx = { ...inside.nginx, deployedSite: withTls, configuration };
  const { verdict } = judge({ ...observed, inside: { ...inside, nginx } });
  expect(verdict?.cause).toMatch(/^no location of nginx passes \/ws to the backend/);
  expect(verdict?.fix).toEqual([expect.stringContaining("geo-system site apply")]);
});

describe("a port, or a scheme, that the site does not have", () => {
  const silent: Asked = {
    failure: {
      hop: "tcp",
      cause: "nothing answers",
      seen: { url: "ws://203.0.113.7:81/ws", waitedMs: 5000 },
    },
  };
  const tls: Asked = {
    failure: { hop: "tls", cause: "no TLS", seen: { url: "wss://203.0.113.7/ws", code: "EPROTO" } },
  };

  it.each([
    ["81", "the site is not served on port 81, but on ports 80 and 443"],
    [
      "3000",
      "the site is not served on port 3000, which is the backend's own and open to nginx alone, but on ports 80 and 443",
    ],
    ["22", "the site is not served on port 22, which is sshd's, but on ports 80 and 443"],
  ])("%s: no firewall is to be opened for it", async (port, cause) => {
    expect(await said(`ws://203.0.113.7:${port}/ws`, silent)).toMatchObject({
      ...{ code: 2, hop: "tcp", cause, others: [] },
      fix: ["# look at the address that is served:", look("ws://203.0.113.7/ws")],
    });
  });

  it("wss where the host was deployed without TLS", async () => {
    expect(await said("wss://203.0.113.7/ws", { ...silent, site: deployed() })).toMatchObject({
      cause: "the site is served without TLS, on port 80, and wss://203.0.113.7/ws asks for it",
      fix: [
        "# look at the address that is served:",
        look("ws://203.0.113.7/ws"),
        configured("tls self-signed"),
      ],
    });
  });

  it("ws to the port of TLS, and wss to the other one", async () => {
    const plain = answered(400, "The plain HTTP request was sent to HTTPS port");
    expect(await said("ws://203.0.113.7:443/ws", plain)).toMatchObject({
      cause: "port 443 speaks TLS, and the address begins with ws://",
      fix: ["# look at the address that is served:", look("ws://203.0.113.7/ws")],
    });
    expect(await said("wss://203.0.113.7:80/ws", tls)).toMatchObject({
      cause: "port 80 speaks plain HTTP, and the address begins with wss://",
      fix: ["# look at the address that is served:", look("wss://203.0.113.7/ws")],
    });
  });

  it("is nothing to be told of a name that may lead to a proxy in front of the host", async () => {
    const observed = await seen("wss://lb.example/ws", { ...tls, site: deployed() });
    const verdict = judge({ ...observed, target: { ...observed.target, host: "203.0.113.7" } }).verdict;
    expect(verdict?.cause).not.toMatch(/served without TLS/);
  });

  it("is the site's fault where it was deployed and is gone", async () => {
    const observed = await seen("ws://203.0.113.7/ws", silent);
    const configuration = printed(withTls.replace(/^ *listen .*80.*$/gm, ""));
    const nginx = { ...inside.nginx, deployedSite: withTls, configuration };
    expect(judge({ ...observed, inside: { ...inside, nginx } }).verdict?.cause).toBe(
      "no server of nginx's configuration listens on port 80",
    );
  });
});

test.each([true, false])(
  "port 80 that only sends on to TLS is told as such, where the host could be looked at: %s",
  async (looked) => {
    const url = "ws://geo.example/ws";
    const cause = "redirected to https://geo.example/ws (308)";
    const redirect = { hop: "upgrade", cause, seen: { url, status: 308 } };
    const { inside: within, ...all } = await seen(url, { failure: redirect, plainOpen: "refused" });
    const page = { status: 308, server: "nginx", location: "https://geo.example/ws", body: "" };
    const diagnosis = judge({
      ...all,
      ...(looked && within && { inside: within }),
      outside: { ...all.outside, page },
    });
    expect(diagnosis.verdict?.cause).toBe(
      "port 80 only sends clients on to https://, which WebSocket clients do not follow: they use wss://",
    );
    expect(diagnosis.verdict?.fix.at(-1)).toContain("npm run diagnose -- --url wss://geo.example/ws");
    expect(diagnosis.others).toEqual([]);
    expect(exitCode(diagnosis)).toBe(2);
  },
);
