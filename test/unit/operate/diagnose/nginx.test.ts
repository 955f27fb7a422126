import { expect, test } from "vitest";
import { readConfiguration } from "../../../../infra/nginx/configuration.ts";
import { effective, seconds, servingOf, upstreamsOf } from "../../../../infra/nginx/serving.ts";
import { printed } from "./support/healthy.ts";

const serving = (text: string, request = {}) =>
  servingOf(readConfiguration(printed(text)), { host: "203.0.113.7", port: 80, path: "/ws", ...request });

test("includes are put in place, relative ones and globs too", () => {
  const tree = readConfiguration(`# configuration file /etc/nginx/nginx.conf:
http { include conf.d/*.conf; }
# configuration file /etc/nginx/conf.d/a.conf:
server_tokens off;
# configuration file /etc/nginx/mime.types:
types { }
`);
  expect(tree[0]?.block).toEqual([
    { name: "server_tokens", values: ["off"], file: "/etc/nginx/conf.d/a.conf" },
  ]);
});

test("quotes, comments, variables in braces", () => {
  const found = serving(`server { # } a comment
    add_header X "a; b } c"; log_format x '$a' '\${b}'; location /ws { return 200 \${host}x; } }`);
  expect(found?.server.block?.[0]?.values).toEqual(["X", "a; b } c"]);
  expect(found?.location?.block?.[0]?.values).toEqual(["200", "${host}x"]);
});

test("the server: by name, else the default one, else the first", () => {
  const servers = `server { listen 80; server_name a; } server { listen 80 default_server; server_name b; }
    server { listen [::]:80; server_name 203.0.113.7; }`;
  const name = (host: string) => serving(servers, { host })?.server.block?.[1]?.values[0];
  expect([name("203.0.113.7"), name("a"), name("other")]).toEqual(["203.0.113.7", "a", "b"]);
  expect(serving("server { listen 8080; }")).toBeUndefined();
  expect(serving("server { root /x; }")?.server).toBeDefined();
});

test("the location: exact, ^~, expression, longest prefix", () => {
  const chosen = (text: string) => serving(`server { ${text} }`)?.location?.values.join(" ");
  expect(chosen("location / { } location /ws { } location /w { }")).toBe("/ws");
  expect(chosen("location /ws { } location = /ws { }")).toBe("= /ws");
  expect(chosen("location /ws { } location ~ ^/w { }")).toBe("~ ^/w");
  expect(chosen("location ^~ /ws { } location ~ ^/w { }")).toBe("^~ /ws");
  expect(chosen("location /other { }")).toBeUndefined();
});

test("a directive holds where it is nearest, and an upstream without its standby", () => {
  const found = serving(`upstream up { server 127.0.0.1:3000; server 127.0.0.1:3001 backup; }
    proxy_read_timeout 1h; server { proxy_read_timeout 2h; location /ws { proxy_pass http://up; } }`);
  if (!found) throw new Error("expected a server");
  expect(effective(found, "proxy_read_timeout")).toEqual([["2h"]]);
  expect(upstreamsOf(found, "http://up")).toEqual(["127.0.0.1:3000"]);
  expect(upstreamsOf(found, "http://localhost:3000/x")).toEqual(["localhost:3000"]);
});

test("times", () => {
  expect(["86400s", "24h", "1d", "60", "1m30s", "500ms"].map(seconds)).toEqual([
    86_400, 86_400, 86_400, 60, 90, 0.5,
  ]);
});
