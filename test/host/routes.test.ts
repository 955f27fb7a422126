import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSetPayload, fileSetUpload, packFileSet } from "../../infra/render/file-set.ts";
import { sitePayload } from "../../infra/render/site.ts";
import { type FilesRoute, fileRoutesOf } from "../../infra/settings/routes.ts";
import { parseReleases } from "../../operate/rollback/releases.ts";
import type { TestHost } from "../support/host.ts";
import { result, settingsFor } from "./support/served-host.ts";
import { startSiteHost } from "./support/site-host.ts";
import { openTunnel } from "./support/upgrade.ts";

/* What nginx serves by which path, and files that it serves itself. */

let host: TestHost;
let folder: string;

const paths = { "/ws": { websocket: true }, "/feed": { websocket: true }, "/api/": {} };
const apply = (routes: object) =>
  host.run("sudo geo-system site apply", {
    input: sitePayload(settingsFor(host, { routes: routes as typeof paths }), host.address),
  });
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://${host.address}${path}`, { headers, redirect: "manual" });

beforeAll(async () => {
  ({ host } = await startSiteHost("routes"));
  folder = mkdtempSync(join(tmpdir(), "网页 dist-"));
  await apply(paths);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await host?.[Symbol.asyncDispose]();
});

it("upgrades each WebSocket, passes the backend's HTTP on, and serves nothing else", async () => {
  for (const path of ["/ws", "/feed"]) {
    using tunnel = await openTunnel(`ws://${host.address}${path}`);
    expect(tunnel.seen.url).toBe(path);
  }
  expect((await get("/api/topics")).status).toBe(200);
  for (const path of ["/", "/apis", "/index.html"]) expect((await get(path)).status).toBe(404);
});

describe("files", () => {
  const [one, two] = ["assets/index-D1wrgTda.js", "assets/index-E2wrgTdb.js"] as const;
  const page = (asset: string) => `<!doctype html><script src="/${asset}"></script>`;
  const put = (files: Record<string, string>) => {
    rmSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  const release = async () => {
    const settings = settingsFor(host, { routes: routes() });
    const set = await packFileSet(fileRoutesOf(settings)[0] as FilesRoute);
    await host.run(`install -d -m 0700 .geo-system && base64 -d > ${fileSetUpload(set)}`, {
      input: readFileSync(set.archivePath).toString("base64"),
    });
    return host.run("sudo geo-system file-set-root apply", { input: fileSetPayload(set, settings) });
  };
  const routes = () => ({ ...paths, "/": { files: folder, fallback: "index.html" } });
  const workers = () => host.run("pgrep -u www-data nginx");

  it("are served as a browser wants them", async () => {
    put({ "index.html": page(one), [one]: "1;".repeat(2000), "docs/index.html": "docs", "robots.txt": "x" });
    expect(result(await release())).toBe("applied");
    await apply(routes());
    const [index, asset] = [await get("/"), await get(`/${one}`, { "accept-encoding": "gzip" })];
    expect([index.status, index.headers.get("cache-control")]).toEqual([200, "no-cache"]);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect([asset.headers.get("content-encoding"), asset.headers.get("vary")]).toEqual([
      "gzip",
      "Accept-Encoding",
    ]);
    expect(await asset.text()).toBe("1;".repeat(2000));
    expect((await get("/robots.txt")).headers.get("cache-control")).toBe("no-cache");
    expect(await (await get("/users/7?tab=1")).text()).toBe(page(one));
    expect((await get("/users/7")).headers.get("content-type")).toBe("text/html");
    expect((await get("/docs?a=1")).headers.get("location")).toBe("/docs/?a=1");
    expect(await (await get("/docs/")).text()).toBe("docs");
    const api = await get("/api/topics");
    expect([api.status, api.headers.get("cache-control")]).toEqual([200, null]);
  });

  it("that are missing are not answered by the page, nor are the files around them", async () => {
    for (const path of [`/${two}`, "/logo.png", "/current/files/index.html", "/releases/x.js"])
      expect((await get(path)).status, path).toBe(path.endsWith(".html") ? 200 : 404);
    expect(await (await get("/current/files/index.html")).text()).toBe(page(one));
  });

  it("are released under requests: each meets a whole release, nginx hears nothing, assets of before stay", async () => {
    const before = await workers();
    const { headers } = await get("/");
    let done = false;
    const failed: string[] = [];
    let asked = 0;
    const visits = async () => {
      while (!done) {
        asked++;
        const text = await (await get("/")).text();
        const asset = /src="(.*)"/.exec(text)?.[1] ?? "none";
        const { status } = await get(asset);
        if (status !== 200) failed.push(`${asset}: ${status}`);
      }
    };
    const clients = [visits(), visits()];
    put({ "index.html": page(two), [two]: "2;".repeat(2000), "robots.txt": "x" });
    expect(await release()).toContain("installed release");
    done = true;
    await Promise.all(clients);
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(10);
    expect(await (await get("/")).text()).toBe(page(two));
    expect((await get(`/${one}`)).status).toBe(200);
    expect((await get("/docs/")).status).toBe(200); // the page: the folder is gone
    expect(await workers()).toBe(before);
    // The same size, another content: the browser's copy no longer counts.
    const [stale, fresh] = [headers.get("etag") ?? "", (await get("/")).headers.get("etag") ?? ""];
    expect((await get("/", { "if-none-match": stale })).status).toBe(200);
    expect((await get("/", { "if-none-match": fresh })).status).toBe(304);
    expect(result(await release())).toBe("unchanged");
  });

  it("that somebody edited are found, and put back", async () => {
    await host.run("echo by hand | sudo tee /var/www/geo-system/root/current/files/index.html");
    await host.run(`sudo rm /var/www/geo-system/root/assets/${two}`);
    const said = await host.fails("sudo geo-system file-set-root check");
    expect(said).toContain("/files/index.html was edited or removed");
    expect(said).toContain(`assets/${two} is not that of release`);
    await release();
    expect(await (await get("/")).text()).toBe(page(two));
    expect((await get(`/${two}`)).status).toBe(200);
    expect(result(await host.run("sudo geo-system file-set-root check"))).toBe("unchanged");
  });

  it("go back to a release of before by a link, which is drift until the next apply", async () => {
    const [now, before] = parseReleases(await host.run("sudo geo-system file-set-root releases"));
    expect([now?.running, before?.running]).toEqual([true, false]);
    const served = await workers();
    const back = "sudo geo-system file-set-root rollback";
    expect(result(await host.run(back))).toBe("applied");
    expect(await (await get("/")).text()).toBe(page(one));
    expect(await workers()).toBe(served);
    const said = await host.fails("sudo geo-system file-set-root check");
    expect(said).toMatch(
      `rolled back: release ${before?.name} is served in the place of ${now?.name}, since `,
    );
    expect(said).toMatch(/ UTC, by ubuntu from 198\.18\./);
    expect(result(await host.run(`${back} --to ${before?.name}`))).toBe("unchanged");
    expect(await host.fails(`${back} --to 000000000000`)).toContain(
      "release 000000000000 is not on this host",
    );
    expect(await release()).not.toContain("installed release");
    expect(await (await get("/")).text()).toBe(page(two));
    await host.run(`echo x | sudo tee -a /var/www/geo-system/root/releases/${before?.name}/files/index.html`);
    expect(await host.fails(back)).toContain("was edited on this host");
    expect(result(await host.run("sudo geo-system file-set-root check"))).toBe("unchanged");
  });

  it("whose archive was lost on the host count how often, by which it is sent again", async () => {
    await host.run("rm .geo-system/*.files");
    expect(await host.fails("sudo geo-system file-set-root check")).toMatch(
      /^the archive of release [0-9a-f]{12} is missing$/m,
    );
    expect(result(await release())).toBe("unchanged");
    expect(result(await host.run("sudo geo-system file-set-root check"))).toBe("unchanged");
  });

  it("of an archive that is another one are refused, and the release before serves on", async () => {
    put({ "index.html": "third" });
    const settings = settingsFor(host, { routes: routes() });
    const set = await packFileSet(fileRoutesOf(settings)[0] as FilesRoute);
    const input = fileSetPayload(set, settings);
    const step = { input };
    const refused = await host.fails("sudo geo-system file-set-root apply", step);
    expect(refused).toMatch(/is not on this host .*\n.*next: the next '.* up' sends it again/);
    const count = () => host.run("sudo cat /var/lib/geo-system/file-sets/root/resent");
    expect(await count()).toBe("1");
    await host.run(`tar -cf ${fileSetUpload(set)} -C /etc hostname`);
    expect(await host.fails("sudo geo-system file-set-root apply", step)).toContain("files differ");
    expect([await count(), await host.run(`ls ${fileSetUpload(set)} || true`)]).toEqual(["2", ""]);
    expect(await (await get("/")).text()).toBe(page(two));
  });

  it("go out by brotli where nginx has a module for it, and by gzip to who knows no brotli", async () => {
    await host.run(
      "sudo apt-get update -qq && sudo apt-get install -qq -y libnginx-mod-http-brotli-static 2>&1",
    );
    expect(await host.run("sudo geo-system site check || true")).toContain("differs");
    await apply(routes());
    put({ "index.html": page(two), [two]: "3;".repeat(2000) });
    await release();
    const asset = await get(`/${two}`, { "accept-encoding": "gzip, br" });
    expect(asset.headers.get("content-encoding")).toBe("br");
    expect(await asset.text()).toBe("3;".repeat(2000));
    const plain = await get(`/${two}`, { "accept-encoding": "gzip" });
    expect(plain.headers.get("content-encoding")).toBe("gzip");
    expect(result(await host.run("sudo geo-system site check"))).toBe("unchanged");
  });

  it("leave the host with their route", async () => {
    // As an `up` does, which lasts as long as its lock: what the site still serves is only about to be replaced.
    const undo =
      "sudo sh -c 'echo me > /run/geo-system/up; flock /run/geo-system/up geo-system file-set-root undo --for me'";
    expect(await host.run(undo)).toContain("kept: ");
    expect(await (await get("/")).text()).toBe(page(two));
    await apply(paths);
    expect(await host.run(undo)).toContain("removed /var/www/geo-system/root");
    expect(await host.run("ls /var/www ~/.geo-system")).not.toMatch(/geo-system\/root|\.files/);
    expect((await get("/")).status).toBe(404);
  });
});
