import { describe, expect, it } from "vitest";
import { renderSite, type SiteParameters } from "../../../infra/render/nginx.ts";
import { routesOf } from "../../../infra/settings/routes.ts";

const parameters: SiteParameters = {
  siteName: "geo-system",
  serverNames: ["geo.example.com", "203.0.113.7"],
  routes: routesOf({ websocketPath: "/ws" }),
  upstreams: [{ ports: { a: [3000], b: [3001] }, sticky: false }],
  readTimeoutSeconds: 86_400,
  workerConnections: 20_000,
  workerShutdownSeconds: 86_400,
  tls: true,
  certificateFolder: "/etc/geo-system/certificate",
  acmeWebroot: "/var/lib/geo-system-acme/webroot",
  includes: {},
  httpsOnly: false,
  trustedProxies: [],
  proxyProtocol: false,
};
const site = (changes: Partial<SiteParameters> = {}) => renderSite({ ...parameters, ...changes });
/** The directives alone, blanks made one. */
const directives = (text: string) =>
  text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
const locationOf = (path: string, text: string) =>
  directives(text).slice(directives(text).indexOf(`location ${path} {`));

describe("the site", () => {
  it("has every line of the users' guide, or better", () => {
    expect(directives(site())).toEqual(
      expect.arrayContaining([
        "==> /etc/nginx/sites-available/geo-system root:root 0644 <==",
        "proxy_http_version 1.1;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $geo_system_connection_upgrade;",
        "map $http_upgrade $geo_system_connection_upgrade {",
        "proxy_set_header Host $host;",
      ]),
    );
    expect(locationOf("/ws", site()).slice(0, 5)).toEqual([
      "location /ws {",
      "proxy_pass http://geo_system_backend;",
      "proxy_read_timeout 86400s;",
      "proxy_send_timeout 86400s;",
      "proxy_buffering off;",
    ]);
  });

  it("names the backend by one address, with a standby, and never sets it aside", () => {
    const lines = directives(site({ upstreams: [{ ports: { a: [4000], b: [4001] }, sticky: false }] }));
    expect(lines.join()).not.toContain("localhost");
    const upstream = (set: string) => {
      const start = lines.indexOf(`==> /etc/nginx/geo-system/upstream-${set}.conf root:root 0644 <==`);
      return lines.slice(start + 1, start + 5);
    };
    const [a, b] = ["127.0.0.1:4000", "127.0.0.1:4001"];
    const first = (one: string, other: string) => [
      "upstream geo_system_backend {",
      `server ${one} max_fails=0;`,
      `server ${other} backup max_fails=0;`,
      "}",
    ];
    expect(upstream("a")).toEqual(first(a, b));
    expect(upstream("b")).toEqual(first(b, a));
    expect(lines).toContain("include /etc/nginx/geo-system/upstream.conf;");
  });

  it("reaches it from one address, or from as many as the expected connections need", () => {
    expect(site()).not.toMatch(/proxy_bind|split_clients|open-files/);
    const lines = directives(site({ expectedConnections: 50_000 }));
    const start = lines.indexOf("split_clients $request_id $geo_system_source {");
    expect(lines.slice(start + 1, start + 5)).toEqual([
      "33.33% 127.0.0.1;",
      "33.33% 127.0.0.2;",
      "* 127.0.0.3;",
      "}",
    ]);
    expect(lines).toContain("open-files: 150000");
    expect(locationOf("/ws", lines.join("\n"))).toContain("proxy_bind $geo_system_source;");
    expect(lines).toContain("listen 443 ssl default_server so_keepalive=2m:30s:4 backlog=16384;");
  });

  it("serves each path as its route says, and nothing where no route fits", () => {
    const several = routesOf({
      websocketPath: "/live",
      routes: { "/api/": {}, "/feed": { websocket: true }, "/live": { websocket: true } },
    });
    const text = site({ routes: several });
    const locations = directives(text).filter((line) => line.startsWith("location /"));
    expect(locations).toEqual(["location /live {", "location /feed {", "location /api/ {", "location / {"]);
    expect(locationOf("/feed", text)[2]).toBe("proxy_read_timeout 86400s;");
    expect(locationOf("/api/", text).slice(1, 3)).toEqual(["proxy_pass http://geo_system_backend;", "}"]);
    expect(locationOf("/", text).slice(1, 3)).toEqual(["return 404;", "}"]);
  });

  it("serves files by their set's link, with assets of the releases before, and pages where one is missing", () => {
    const sets = routesOf({
      websocketPath: "/ws",
      routes: {
        "/ws": { websocket: true },
        "/": { files: "dist", fallback: "index.html" },
        "/docs/": { files: "docs" },
      },
    });
    const text = site({ routes: sets });
    expect(locationOf("/", text).slice(1, 3)).toEqual([
      "root /var/www/geo-system/root;",
      "try_files /assets$uri /current/files$uri /current/files${uri}index.html @geo_system_no_file_root;",
    ]);
    expect(directives(text)).toContain("try_files /current/files/index.html =404;");
    expect(locationOf("= /docs", text).slice(1, 3)).toEqual([
      "absolute_redirect off;",
      "return 308 /docs/$is_args$args;",
    ]);
    expect(text).toContain('"$request_method $geo_system_path $server_protocol"');
    expect(site()).not.toMatch(/var\/www|Cache-Control|_path/);
  });

  it("serves HTTP and TLS from one server, over IPv4 and IPv6", () => {
    const listens = directives(site()).filter((line) => line.startsWith("listen"));
    expect(listens.map((line) => line.split(" so_keepalive")[0])).toEqual([
      "listen 80 default_server",
      "listen [::]:80 default_server",
      "listen 443 ssl default_server",
      "listen [::]:443 ssl default_server",
    ]);
    expect(directives(site())).toContain("ssl_certificate /etc/geo-system/certificate/fullchain.pem;");
  });

  it("sends what comes in clear text on to TLS, but for the CA's question, where that is wanted", () => {
    const lines = directives(site({ httpsOnly: true }));
    const [plain, secure] = [lines.indexOf("server {"), lines.lastIndexOf("server {")];
    const at = (line: string) => lines.findIndex((each) => each.startsWith(line));
    expect(lines.slice(at("location / {"), at("location / {") + 2)[1]).toBe(
      "return 308 https://$host$request_uri;",
    );
    for (const line of [
      "listen 80 ",
      "listen [::]:80 ",
      "if (-f /var/lib",
      "location ^~ /.geo-system-acme/ {",
    ]) {
      expect(at(line)).toBeGreaterThan(plain);
      expect(at(line)).toBeLessThan(secure);
      expect(lines.filter((each) => each.startsWith(line))).toHaveLength(1);
    }
    for (const line of ["listen 443 ", "location /ws {", "add_header Strict-Transport-Security"])
      expect(at(line)).toBeGreaterThan(secure);
    expect(site()).not.toMatch(/308|add_header Strict-Transport/);
  });

  it("has nothing of TLS when it is off", () => {
    expect(directives(site({ tls: false })).join()).not.toMatch(/443|ssl/);
  });

  it("logs no query string, where a token may stand", () => {
    const format = directives(site()).slice(4, 6).join(" ");
    expect(format).toMatch(/^log_format geo_system_masked .*\$request_method \$uri /);
    expect(format).not.toMatch(/\$request |\$request_uri|\$args|\$http_referer/);
    expect(directives(site())).toContain("access_log /var/log/nginx/access.log geo_system_masked;");
  });

  it("takes the operator's own directives from files of their own, so that nginx names his lines", () => {
    const text = site({
      includes: {
        http: "limit_req_zone $binary_remote_addr zone=a:1m rate=5r/s;\n",
        server: "limit_req zone=a;\n",
      },
    });
    const lines = directives(text);
    expect(text).toContain("==> /etc/nginx/geo-system/http.conf root:root 0644 <==\nlimit_req_zone ");
    expect(text).toContain("==> /etc/nginx/geo-system/server.conf root:root 0644 <==\nlimit_req zone=a;");
    const at = (line: string) => lines.indexOf(line);
    expect(at("include /etc/nginx/geo-system/http.conf;")).toBeLessThan(at("server {"));
    expect(at("include /etc/nginx/geo-system/server.conf;")).toBeGreaterThan(at("server {"));
    expect(at("include /etc/nginx/geo-system/server.conf;")).toBeLessThan(at("location /ws {"));
    expect(site()).not.toMatch(/geo-system\/(http|server)\.conf/);
  });

  it("refuses a file that reads like the next one of the payload", () => {
    expect(() => site({ includes: { server: "==> /etc/shadow root:root 0644 <==\n" } })).toThrow(
      '/etc/nginx/geo-system/server.conf: expected no line of the form "==> /path',
    );
  });

  it("believes no proxy but the trusted ones, and these about the address and the scheme", () => {
    const lines = directives(site({ trustedProxies: ["10.0.0.0/8", "2001:db8::1"] }));
    expect(lines).toEqual(
      expect.arrayContaining([
        "10.0.0.0/8 1;",
        "set_real_ip_from 10.0.0.0/8;",
        "set_real_ip_from 2001:db8::1;",
        "real_ip_recursive on;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $geo_system_scheme;",
      ]),
    );
    expect(site()).not.toMatch(/real_ip|realip/);
  });

  it("takes the client from the PROXY header alone where a balancer speaks it, but for the host's own questions", () => {
    const lines = directives(site({ trustedProxies: ["10.0.0.0/8"], proxyProtocol: true, httpsOnly: true }));
    const listens = lines.filter((line) => line.startsWith("listen "));
    const [own, foreign] = [/^listen 127\.0\.0\.1:(80|443 ssl);$/, / proxy_protocol /];
    expect(listens.map((line) => [own.test(line), foreign.test(line)])).toEqual(
      [false, false, true, false, false, true].map((isOwn) => [isOwn, !isOwn]),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        "set_real_ip_from 10.0.0.0/8;",
        "real_ip_header proxy_protocol;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
      ]),
    );
    expect(lines.join("\n")).not.toMatch(/x_forwarded_proto|real_ip_recursive|realip_remote_addr/);
    expect(site({ trustedProxies: ["10.0.0.0/8"] })).not.toMatch(/proxy_protocol|listen 127/);
  });

  it("puts an IPv6 address into brackets, as browsers do in the Host header", () => {
    expect(site({ serverNames: ["2001:db8::7"] })).toContain("server_name [2001:db8::7];");
  });

  it("says what nginx.conf must allow", () => {
    expect(site().split("\n").slice(0, 3)).toEqual([
      "site: geo-system",
      "worker-connections: 20000",
      "worker-shutdown-timeout: 86400",
    ]);
  });

  it.each([
    [{ a: [0], b: [3001] }, "backendPort"],
    [{ a: [3000], b: [3000.5] }, "backendStandbyPort"],
  ])("refuses %j, which are no ports", (ports, name) => {
    expect(() => site({ upstreams: [{ ports, sticky: false }] })).toThrow(`${name}: expected `);
  });

  it.each<[keyof SiteParameters, unknown]>([
    ["siteName", "../nginx.conf"],
    ["siteName", "a;b"],
    ["serverNames", ["a b"]],
    ["serverNames", ["a;listen 81"]],
    ["serverNames", ["a:b"]],
    ["routes", [{ kind: "websocket", path: "/ws { return 444; }" }]],
    ["routes", [{ kind: "websocket", path: "/ws\n" }]],
    ["routes", [{ kind: "http", path: "/../etc" }]],
    ["readTimeoutSeconds", Number.NaN],
    ["workerConnections", 1],
    ["workerShutdownSeconds", -1],
    ["certificateFolder", "/etc/x; include /etc/passwd"],
    ["trustedProxies", ["10.0.0.0/8; }"]],
  ])("refuses a %s that could leave its place: %j", (name, value) => {
    expect(() => site({ [name]: value })).toThrow(`${name}: expected `);
  });
});

describe("the challenges of an ACME CA", () => {
  it("are answered before every location, only where the host has the answer, whatever kind of TLS it serves", () => {
    const lines = directives(site({ tls: false }));
    const first = lines.findIndex((line) => line.startsWith("if ("));
    expect(lines.slice(first, first + 9)).toEqual([
      "if (-f /var/lib/geo-system-acme/webroot$uri) {",
      "rewrite ^ /.geo-system-acme$uri last;",
      "}",
      "location ^~ /.geo-system-acme/ {",
      "internal;",
      "alias /var/lib/geo-system-acme/webroot/;",
      "default_type text/plain;",
      "auth_basic off;",
      "allow all;",
    ]);
  });
});
