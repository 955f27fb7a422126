import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sitePayload } from "../../infra/render/site.ts";
import type { TestHost } from "../support/host.ts";
import { settingsFor } from "./support/served-host.ts";
import { startSiteHost } from "./support/site-host.ts";
import { openTunnel } from "./support/upgrade.ts";

/* What an operator adds to the site: directives of his own, and the proxies that he trusts. */

let host: TestHost;
let certificate: string;

const payload = (changes = {}) => sitePayload(settingsFor(host, changes), host.address);
const apply = (input = payload()) => host.run("sudo geo-system site apply", { input });
const page = () => fetch(`http://${host.address}/`);

beforeAll(async () => {
  ({ host, certificate } = await startSiteHost("site-include"));
  await apply();
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe("directives of the operator's own", () => {
  const own = (server: string, http = "") => {
    const file = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    return payload({
      siteInclude: file("server.conf", server),
      ...(http && { siteHttpInclude: file("http.conf", http) }),
    });
  };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "站点 site-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("count after one reload, and a limit of theirs meets the client who exceeds it", async () => {
    const said = await apply(
      own(
        "limit_req zone=pages;\nlimit_req_status 429;\nadd_header X-Own yes always;\n",
        "limit_req_zone $binary_remote_addr zone=pages:1m rate=1r/m;\n",
      ),
    );
    expect(said.match(/reloaded nginx/g)).toHaveLength(1);
    const [first, second] = [await page(), await page()];
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(first.headers.get("x-own")).toBe("yes");
    expect(await host.run("sudo geo-system site check")).toBe("unchanged");
  });

  it("that nginx refuses are named by file and line, and those before serve on", async () => {
    const said = await host.fails("sudo geo-system site apply", {
      input: own("# mine\nlimit_rek zone=pages;\n"),
    });
    expect(said).toContain('unknown directive "limit_rek" in /etc/nginx/geo-system/server.conf:2');
    expect(said).toContain("nothing was changed");
    expect(await host.run("cat /etc/nginx/geo-system/server.conf")).toContain("X-Own");
  });

  it("cannot leave their block", async () => {
    const said = await host.fails("sudo geo-system site apply", { input: own("}\nserver { listen 81; }\n") });
    expect(said).toContain('unexpected "}" in /etc/nginx/geo-system/server.conf:1');
  });

  it("by another hand are found", async () => {
    await host.run("echo '# by hand' | sudo tee -a /etc/nginx/geo-system/server.conf");
    expect(await host.fails("sudo geo-system site check")).toContain(
      "/etc/nginx/geo-system/server.conf differs",
    );
  });

  it("leave the host with their key", async () => {
    expect(await apply()).toContain("removed /etc/nginx/geo-system/server.conf");
    expect(await host.run("ls /etc/nginx/geo-system")).toBe(
      "upstream-a.conf\nupstream-b.conf\nupstream.conf",
    );
    expect((await page()).status).toBe(200);
    expect(await apply()).toBe("unchanged");
  });
});

describe("a proxy in front of the host", () => {
  const asked = async (headers: Record<string, string>) => {
    const answer = await fetch(`http://${host.address}/`, { headers });
    return ((await answer.json()) as { headers: Record<string, string> }).headers;
  };
  const claim = { "x-forwarded-for": "192.0.2.1, 203.0.113.9", "x-forwarded-proto": "https" };

  it("that is not named is not believed", async () => {
    const seen = await asked(claim);
    expect(seen["x-real-ip"]).not.toBe("203.0.113.9");
    expect(seen["x-forwarded-proto"]).toBe("http");
  });

  it("that is trusted is believed about the client, and a client's own claim is not", async () => {
    const { "x-real-ip": here = "" } = await asked({});
    await apply(payload({ trustedProxies: [here] }));
    const seen = await asked(claim);
    expect([seen["x-real-ip"], seen["x-forwarded-for"]]).toEqual(["203.0.113.9", "203.0.113.9"]);
    expect(seen["x-forwarded-proto"]).toBe("https");
    expect(await host.run("sudo tail -n 1 /var/log/nginx/access.log")).toMatch(/^203\.0\.113\.9 /);
    expect((await asked({ "x-forwarded-proto": "gopher" }))["x-forwarded-proto"]).toBe("http");
    await apply();
  });
});

/** HAProxy on ports of its own, as it is on another machine: it hands on bytes, so what a client claims arrives as it is. */
describe("a load balancer that speaks the PROXY protocol", () => {
  const balancer = (address: string) => `defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen plain
  bind :8080
  server host ${address}:80 send-proxy-v2
listen secure
  bind :8443
  server host ${address}:443 send-proxy
`;
  const spoken = (changes = {}) =>
    payload({
      ...{ proxyProtocol: true, serverName: ["balancer.example"], trustedProxies: [host.address] },
      ...changes,
    });
  const directly = () => `ws://${host.address}/ws`;
  let here: string;

  beforeAll(async () => {
    await host.run("sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -q haproxy");
    await host.run("cat | sudo tee /etc/haproxy/haproxy.cfg > /dev/null && sudo systemctl restart haproxy", {
      input: balancer(host.address),
    });
    using client = await openTunnel(directly());
    here = client.seen.headers["x-real-ip"] ?? "";
  });

  it("tells who the client is, by ws and wss, and who is connected stays", async () => {
    using before = await openTunnel(directly());
    await apply(spoken());
    expect(await before.echo("still")).toBe("still");
    for (const url of [`ws://${host.address}:8080/ws`, `wss://${host.address}:8443/ws`]) {
      using client = await openTunnel(url, certificate);
      const { headers } = client.seen;
      expect([headers["x-real-ip"], headers["x-forwarded-for"]]).toEqual([here, here]);
      expect(headers["x-forwarded-proto"]).toBe(url.startsWith("wss:") ? "https" : "http");
    }
  });

  it("hands on what a client claims of itself, which does not count", async () => {
    const claim = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "gopher" };
    const answer = await fetch(`http://${host.address}:8080/`, { headers: claim });
    const { headers } = (await answer.json()) as { headers: Record<string, string> };
    expect([headers["x-forwarded-for"], headers["x-forwarded-proto"]]).toEqual([here, "http"]);
    expect(await host.run("sudo tail -n 1 /var/log/nginx/access.log")).toContain(`${here} `);
  });

  it("is the only way in, but for the host's own questions", async () => {
    await expect(openTunnel(directly())).rejects.toThrow();
    await expect(openTunnel(directly().replace("ws:", "wss:"), certificate)).rejects.toThrow();
    expect(await host.run("sudo tail -n 1 /var/log/nginx/error.log")).toContain("broken header");
    expect(await host.run("curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1/")).toBe("200");
    const own = "openssl s_client -connect 127.0.0.1:443 -noservername < /dev/null 2> /dev/null";
    expect(await host.run(`${own} | openssl x509`)).toBe(certificate);
    expect(await host.run("sudo geo-system site check")).toBe("unchanged");
  });

  it("that is not trusted is not believed", async () => {
    await apply(spoken({ trustedProxies: ["192.0.2.1"] }));
    using client = await openTunnel(`ws://${host.address}:8080/ws`);
    expect(client.seen.headers["x-real-ip"]).toBe(host.address);
  });

  it("leaves with its key: clients come directly again, and its header is refused", async () => {
    await apply();
    using client = await openTunnel(directly());
    expect(await client.echo("direct")).toBe("direct");
    expect((await fetch(`http://${host.address}:8080/`)).status).toBe(400);
    expect(await host.run("sudo geo-system site check")).toBe("unchanged");
  });
});
