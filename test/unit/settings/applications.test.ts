import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../infra/config.ts";
import { exampleBackend } from "../../../infra/package-root.ts";
import { renderBackend } from "../../../infra/render/ecosystem.ts";
import { parsePayload } from "../../../infra/render/payload.ts";
import { packRelease } from "../../../infra/render/release.ts";
import { sitePayload } from "../../../infra/render/site.ts";
import { applicationsOf } from "../../../infra/settings/applications.ts";
import { type ConfigurationError, validate } from "../../../infra/settings/validate.ts";

const other = mkdtempSync(join(tmpdir(), "applications 中文 "));
writeFileSync(join(other, "package.json"), '{"main":"server.js"}');

const api = { source: exampleBackend, port: 3000, handshakeToken: "a" };
const chat = { source: other, port: 3100, handshake: "socket.io", instances: 2 };
const routes = {
  "/ws": { websocket: true, application: "api" },
  "/api": { application: "api" },
  "/chat": { websocket: true, application: "chat" },
};
const two = { host: "203.0.113.7", applications: { api, chat }, routes };

const problems = (changes: Record<string, unknown>) => {
  try {
    validate({ ...two, ...changes });
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
  return [];
};

describe("several applications", () => {
  it("have each their own keys, by the names of those of one, and the host's where they have none", () => {
    const all = applicationsOf(validate({ ...two, handoverSeconds: 7 }));
    expect(all).toMatchObject([
      {
        ...{ step: "backend-api", backendName: "geo-api", backendPort: 3000, backendStandbyPort: 3001 },
        ...{ websocketPath: "/ws", backendSource: exampleBackend, handoverSeconds: 7 },
      },
      {
        ...{ step: "backend-chat", backendName: "geo-chat", backendPort: 3100, backendStandbyPort: 3101 },
        ...{ websocketPath: "/chat", backendInstances: 2, handshake: { preset: "socket.io" } },
      },
    ]);
    expect(Object.keys(all[0]?.routes ?? {})).toEqual(["/ws", "/api"]);
  });

  it("are one without a name, where nobody named any", () => {
    const [one, ...others] = applicationsOf(validate({ host: "203.0.113.7", handshakeToken: "t" }));
    expect(one).toMatchObject({ step: "backend", backendName: "geo-backend" });
    expect(others).toEqual([]);
  });

  it("are found by folders relative to Pulumi.yaml", () => {
    const text = JSON.stringify({ api: { source: "../api", port: 3000 } });
    expect(parseConfig({ "geo-system:applications": text }, "geo-system:", "/project")).toEqual({
      applications: { api: { source: "/api", port: 3000 } },
    });
  });

  it.each<[Record<string, unknown>, string | RegExp]>([
    [
      { applications: { api: { ...api, prot: 1 }, chat } },
      "applications.api.prot: this key is not known; did you mean port?",
    ],
    [{ applications: {} }, "applications: expected at least one application, found another form"],
    [{ applications: { api, Chat: chat } }, /^applications\.Chat: expected a name such as .*, found "Chat"$/],
    [
      { applications: { api, environment: chat } },
      /^applications\.environment: expected a name such as .*, found "environment"$/,
    ],
    [
      { applications: { api: { ...api, port: undefined }, chat } },
      /^applications\.api\.port: expected a value/,
    ],
    [
      { applications: { api, chat: { ...chat, port: 3001 } } },
      "applications.chat.port: expected a port of its own, found 3001, which is for applications.api.standbyPort",
    ],
    [
      { applications: { api: { ...api, port: 3103, standbyPort: 3105 }, chat } },
      "applications.chat.standbyPort: expected a port of its own, found 3103, which is for applications.api.port",
    ],
    [
      { applications: { api, chat: { ...chat, name: "geo-api" } } },
      "applications.chat.name: expected a name of its own under pm2, found geo-api, which is for applications.api.name",
    ],
    [
      { applications: { api: { ...api, port: 80 }, chat } },
      "applications.api.port: expected a free port, found 80, which is for HTTP",
    ],
    [
      { applications: { api: { ...api, handshakeToken: undefined }, chat } },
      /^applications\.api\.secretEnvironment\.TOKEN_SECRET: expected .* config set --secret --path applications\.api\.handshakeToken TOKEN$/,
    ],
    [
      { applications: { api: { ...api, environment: { PORT: "1" } }, chat } },
      "applications.api.environment.PORT: expected to be left to the package; set applications.api.port",
    ],
    [
      { backendPort: 4000 },
      "backendPort: expected nothing, since applications is set; give each application its own, and remove the key: npx pulumi config rm backendPort",
    ],
    [
      { takeOver: { site: "default", application: "api" } },
      "takeOver.application: expected nothing, since applications is set; give it to the application that it is of: applications.NAME.takeOver.application",
    ],
    [
      { routes: { ...routes, "/more": {} } },
      "routes./more.application: expected one of api, chat, found nothing",
    ],
    [
      { routes: { ...routes, "/more": { application: "web" } } },
      'routes./more.application: expected one of api, chat, found "web"',
    ],
    [
      { routes: { "/ws": routes["/ws"] } },
      'applications.chat: expected a path of routes that leads to it, found none; add { "websocket": true, "application": "chat" }, without "websocket" where it speaks HTTP alone, or remove the application',
    ],
    [{ routes: undefined }, /^applications\.api: expected a path of routes /],
    [{ applications: undefined }, /^routes\.\/ws\.application: expected nothing, since /],
  ])("are refused: %j", (changes, problem) => {
    expect(problems(changes)).toContainEqual(
      typeof problem === "string" ? problem : expect.stringMatching(problem),
    );
  });

  it("are not refused for keys that hold what they hold where nobody sets them", () => {
    const flat = { backendName: "geo-backend", backendPort: 3000, websocketPath: "/ws", backendInclude: [] };
    expect(problems(flat)).toEqual([]);
  });

  it("show no secret where one is refused", () => {
    const secret = { ...chat, secretEnvironment: { KEY: 7 } };
    const said = problems({ applications: { api, chat: secret } }).join();
    expect(said).toMatch(/^applications\.chat\.secretEnvironment\.KEY: expected .*, found a secret/);
  });

  it("have each an upstream of nginx in a folder of its name, and their routes lead there", () => {
    const settings = validate({ ...two, tls: "off" });
    const { files } = parsePayload(sitePayload(settings, "203.0.113.7"));
    const folder = "/etc/nginx/geo-system";
    expect(files.map(({ path }) => path)).toEqual([
      "/etc/nginx/sites-available/geo-system",
      ...["api", "chat"].flatMap((name) => ["a", "b"].map((set) => `${folder}/${name}/upstream-${set}.conf`)),
    ]);
    const [site, a, , b] = files.map(({ text }) => text);
    expect(site).toContain(`include ${folder}/api/upstream.conf;`);
    expect(site).toMatch(/location \/ws \{\n +proxy_pass http:\/\/geo_system_backend_api;/);
    expect(site).toMatch(/location \/api \{\n +proxy_pass http:\/\/geo_system_backend_api;/);
    expect(site).toMatch(/location \/chat \{\n +proxy_pass http:\/\/geo_system_backend_chat;/);
    expect(site).toContain("error_page 400 404 = @geo_system_former_chat;");
    expect(site).toMatch(
      /location @geo_system_former_chat \{\n +proxy_pass http:\/\/geo_system_former_chat;/,
    );
    expect(a).toMatch(/^upstream geo_system_backend_api \{/m);
    expect(b).toContain("server 127.0.0.1:3100 max_fails=0;");
  });

  it("have each folders, a log and a handshake of their own, and pm2's unit in common", async () => {
    const [first] = applicationsOf(validate(two));
    if (!first) throw new Error("there is no application");
    const release = await packRelease(first);
    const { settings, files } = parsePayload(renderBackend(first, release, "prover"));
    expect(settings.archive).toEqual([`.geo-system/api-${release.hash}.release`]);
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        ...["/srv/geo-api/ecosystem.config.cjs", "/etc/logrotate.d/geo-api"],
        ...["/usr/local/lib/geo-system/handshake-api.json", "/etc/systemd/system/pm2-ubuntu.service"],
      ]),
    );
    expect(paths).not.toContain("/usr/local/lib/geo-system/handshake.json");
  });
});
