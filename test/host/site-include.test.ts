import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sitePayload } from "../../infra/render/site.ts";
import type { TestHost } from "../support/host.ts";
import { settingsFor } from "./support/served-host.ts";
import { startSiteHost } from "./support/site-host.ts";

/* What an operator adds to the site: directives of his own, and the proxies that he trusts. */

let host: TestHost;

const payload = (changes = {}) => sitePayload(settingsFor(host, changes), host.address);
const apply = (input = payload()) => host.run("sudo geo-system site apply", { input });
const page = () => fetch(`http://${host.address}/`);

beforeAll(async () => {
  ({ host } = await startSiteHost("site-include"));
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

describe("a proxy before the host", () => {
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
