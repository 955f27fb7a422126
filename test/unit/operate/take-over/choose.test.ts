import { expect, it } from "vitest";
import { parseNginx } from "../../../../infra/nginx/parse.ts";
import { choose } from "../../../../operate/take-over/choose.ts";
import type { Found, Running } from "../../../../operate/take-over/read.ts";
import { reportOf } from "../../../../operate/take-over/report.ts";

const running = (name: string, port: number): Running => ({
  ...{ name, port, pid: port, user: "ubuntu", folder: `/srv/${name}`, node: "22.12.0", connections: 0 },
  ...{ command: "node server.js", program: "node", manager: "pm2", data: [], dotenv: [] },
  environment: { plain: {}, secret: [], own: [] },
});

const found = (servers: string, ...all: Running[]): Found => ({
  ...{ running: all, unheld: [], ours: false },
  configuration: parseNginx(`http { ${servers} }`, "/etc/nginx/sites-enabled/site"),
});

const websocket = (path: string, to: string) =>
  `location ${path} { proxy_pass http://${to}; proxy_set_header Upgrade $http_upgrade; }`;

it("takes the application that has the WebSocket path, and names the other", () => {
  const server = `server { ${websocket("/live", "localhost:3000")} location / { proxy_pass http://[::1]:4000; } }`;
  const { chosen, others } = choose(found(server, running("web", 4000), running("api", 3000)));
  expect(chosen.running.name).toBe("api");
  expect(chosen.site.webSocketPaths).toEqual(["/live"]);
  expect(others.map(({ running }) => running.name)).toEqual(["web"]);
});

it("follows an upstream to its port", () => {
  const server = `upstream app { server 127.0.0.1:3000; } server { ${websocket("/ws", "app")} }`;
  expect(choose(found(server, running("api", 3000))).chosen.site.webSocketPaths).toEqual(["/ws"]);
});

it("is no application of this host where nginx passes to another one", () => {
  const server = `server { ${websocket("/ws", "192.0.2.7:3000")} }`;
  expect(() => choose(found(server, running("api", 3000)))).toThrow("found none");
});

it("asks which, where two have WebSocket paths", () => {
  const server = `server { ${websocket("/a", "localhost:3000")} ${websocket("/b", "localhost:4000")} }`;
  const two = found(server, running("api", 3000), running("chat", 4000));
  expect(() => choose(two)).toThrow(
    "expected one application to which nginx passes, found api (port 3000), chat (port 4000)\n  next: add --application NAME",
  );
  expect(choose(two, "chat").chosen.running.port).toBe(4000);
});

it("names what our site lacks: of the server, of a location, and of the other servers of that file", () => {
  const server = `server { gzip on; ${websocket("/ws", "localhost:3000")}
    location / { proxy_pass http://localhost:3000; proxy_buffering off; proxy_set_header Host $host; } }
    server { listen 80; return 301 https://$host$request_uri; }`;
  expect(choose(found(server, running("api", 3000))).chosen.site.others).toEqual([
    "gzip on;",
    "location / { proxy_buffering off; }",
    "server { listen 80; return 301 https://$host$request_uri; }",
  ]);
});

it("sees who is before the host: proxies that are believed, and a balancer that speaks the PROXY protocol", () => {
  const server = `server { listen 80 proxy_protocol; set_real_ip_from 10.0.0.0/8; real_ip_header proxy_protocol;
    gzip on; ssl_certificate /x/full.pem; ssl_certificate_key /x/key.pem; ${websocket("/ws", "localhost:3000")} }`;
  const { chosen } = choose(found(server, running("api", 3000)));
  expect(chosen.site.proxies).toEqual({ trusted: ["10.0.0.0/8"], protocol: true });
  const reached = { host: "203.0.113.7", user: "ubuntu", sshPort: 22, ssh: "ssh ubuntu@203.0.113.7" };
  const { config, files, notes } = reportOf(chosen, [], reached);
  expect(config).toMatchObject({
    ...{ trustedProxies: ["10.0.0.0/8"], proxyProtocol: true },
    ...{ tls: "provided", certificateFile: "certificate.pem", certificateKeyFile: "certificate-key.pem" },
  });
  expect(files).toEqual([
    "ssh ubuntu@203.0.113.7 'sudo -n cat /x/full.pem' > certificate.pem",
    "(umask 077; ssh ubuntu@203.0.113.7 'sudo -n cat /x/key.pem' > certificate-key.pem)",
  ]);
  expect(notes.filter((note) => note.startsWith("not in our site"))).toEqual(["not in our site: gzip on;"]);
});

it("says what nginx says, where it accepts no configuration", () => {
  const refused = "nginx: [emerg] unknown directive";
  expect(() => choose({ ...found(""), refused })).toThrow(
    `its own configuration: ${refused}\n  next: correct it`,
  );
});

it("says of a host without nginx what has its ports, if anything", () => {
  const without = (...absent: NonNullable<Found["absent"]>) => ({ ...found(""), absent });
  expect(() => choose(without())).toThrow(
    "there is nothing to take over: nginx is not installed\n  next: `npx pulumi up` sets the host up from nothing",
  );
  expect(() => choose(without({ port: 80, command: "caddy run " }))).toThrow(
    "nginx is not installed; port 80 is held by caddy run\n  next: its configuration is not read",
  );
});
