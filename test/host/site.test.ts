import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandText } from "../../infra/render/scripts.ts";
import { sitePayload } from "../../infra/render/site.ts";
import type { TestHost } from "../support/host.ts";
import { waitFor } from "../support/wait.ts";
import { result, settingsFor } from "./support/served-host.ts";
import { placeCertificate, startSiteHost, startTunnel } from "./support/site-host.ts";
import { openTunnel } from "./support/upgrade.ts";

let host: TestHost;
let certificate: string;

const payload = (changes = {}) => sitePayload(settingsFor(host, changes), host.address);
const apply = (input = payload()) => host.run("sudo geo-system site apply", { input });
const workers = () => host.run("pgrep -f '^nginx: worker process *$'");
const master = () => host.run("systemctl show -p MainPID --value nginx");
const page = (path = "/") => fetch(`http://${host.address}${path}`);
const wait = { within: 5000, every: 20 };

beforeAll(async () => {
  ({ host, certificate } = await startSiteHost("site"));
  await host.run("sudo cp -a /etc/nginx /tmp/nginx-before");
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe("the first apply", () => {
  it("finds nothing of its own before", async () => {
    expect(await host.fails("sudo geo-system site check")).toContain("never applied on this host");
  });

  it("serves the page and the WebSocket, on ws and wss", async () => {
    expect(result(await apply())).toBe("applied");
    expect(await (await page("/some?q=1")).json()).toMatchObject({ url: "/some?q=1" });
    using plain = await openTunnel(`ws://${host.address}/ws`);
    using secure = await openTunnel(`wss://${host.address}/ws`, certificate);
    expect([await plain.echo("hello"), await secure.echo("hello")]).toEqual(["hello", "hello"]);
  });

  it("hands the handshake on as the users' guide has it", async () => {
    using tunnel = await openTunnel(`ws://${host.address}/ws?token=x`);
    expect(tunnel.seen).toMatchObject({
      url: "/ws?token=x",
      version: "1.1",
      headers: {
        upgrade: "websocket",
        connection: "upgrade",
        host: host.address,
        "x-forwarded-proto": "http",
      },
    });
  });

  it("keeps Upgrade and Connection from plain requests", async () => {
    const { headers } = (await (await page()).json()) as { headers: Record<string, string> };
    expect(headers).not.toHaveProperty("upgrade");
    expect(headers.connection).not.toBe("upgrade");
  });

  it("names no version, forbids sniffing and framing, and lets the backend decide the last", async () => {
    const [own, framed] = [(await page()).headers, (await page("/framed")).headers];
    expect(own.get("server")).toBe("nginx");
    expect(own.get("x-content-type-options")).toBe("nosniff");
    expect([own.get("x-frame-options"), framed.get("x-frame-options")]).toEqual(["SAMEORIGIN", "DENY"]);
  });

  it("logs no token", async () => {
    await (await page("/canary?token=sesame")).text();
    const lines = await host.run("sudo grep canary /var/log/nginx/access.log");
    expect(lines).toMatch(/"GET \/canary HTTP\/1\.1" 200/);
    expect(await host.run("sudo cat /var/log/nginx/access.log")).not.toContain("sesame");
  });

  it("lets a worker open as many files as the host allows", async () => {
    const limits = (pid: string) => host.run(`sudo grep 'open files' /proc/${pid}/limits`);
    const [, soft] = / {2,}(\d+)/.exec(await limits((await workers()).split("\n")[0] ?? "")) ?? [];
    expect(Number(soft)).toBeGreaterThanOrEqual(20_000);
  });
});

describe("the second apply", () => {
  it("changes nothing and reloads nothing", async () => {
    const before = await workers();
    expect(await apply()).toBe("unchanged");
    expect(await workers()).toBe(before);
    expect(await host.run("sudo geo-system site check")).toBe("unchanged");
  });
});

describe("a change", () => {
  it("takes one reload and no restart, and no connection is cut", async () => {
    const [oldMaster, oldWorkers] = [await master(), await workers()];
    using tunnel = await openTunnel(`wss://${host.address}/ws`, certificate);
    const said = await apply(payload({ websocketPath: "/live", readTimeout: 60 }));
    expect(said.match(/reloaded nginx/g)).toHaveLength(1);
    expect(await master()).toBe(oldMaster);
    expect(await workers()).not.toBe(oldWorkers);
    expect(await tunnel.echo("still here")).toBe("still here");
    expect(await host.run("cat /etc/nginx/sites-available/geo-system")).toContain("proxy_read_timeout 60s;");
    await apply();
  });

  it("of the certificate reloads once", async () => {
    const renewed = await placeCertificate(host, "second");
    await expect(openTunnel(`wss://${host.address}/ws`, renewed)).rejects.toThrow();
    expect((await apply()).split("\n")).toEqual(["reloaded nginx", "applied"]);
    using _ = await openTunnel(`wss://${host.address}/ws`, renewed);
    expect(await apply()).toBe("unchanged");
  });

  it("of the site's name leaves one site to serve after each of its moves, whenever the power fails", async () => {
    const looking =
      'changed() {\n  nginx -t -q && ls /etc/nginx/sites-enabled/* > /dev/null || fail "cut here: $*"';
    await host.installCommand(commandText().replace("changed() {", looking));
    expect(await apply(payload({ siteName: "other" }))).toContain(
      "linked /etc/nginx/sites-enabled/other in the place",
    );
    await apply();
    await host.installCommand(commandText());
  });

  it("that was cut off in the middle of a move leaves nothing that nginx reads", async () => {
    await host.run(
      "sudo ln -s geo-system /etc/nginx/sites-enabled/.geo-system.geo-system-new && sudo nginx -t -q",
    );
    expect(await apply()).toBe("unchanged");
    await host.run("sudo rm /etc/nginx/sites-enabled/.geo-system.geo-system-new");
  });

  it("of the site's name leaves nothing of the old one", async () => {
    expect(result(await apply(payload({ siteName: "other" })))).toBe("applied");
    expect(await host.run("ls /etc/nginx/sites-enabled")).toBe("other");
    expect((await page()).status).toBe(200);
    await apply();
    expect(await host.run("ls /etc/nginx/sites-enabled /etc/nginx/sites-available")).not.toContain("other");
  });

  it("by another hand is found, and repaired by one reload", async () => {
    await host.run("sudo sed -i 's/86400s/60s/' /etc/nginx/sites-available/geo-system");
    expect(await host.fails("sudo geo-system site check")).toMatch(
      /sites-available\/geo-system differs from what/,
    );
    expect((await apply()).match(/reloaded nginx/g)).toHaveLength(1);
    expect(await host.run("sudo geo-system site check")).toBe("unchanged");
  });

  it("that was placed but never loaded, as after a power cut, is loaded by the next apply", async () => {
    await host.run("cd /etc/nginx/sites-available && sudo cp geo-system x && sudo mv x geo-system");
    expect(await host.fails("sudo geo-system site check")).toContain("nginx serves an older configuration");
    expect((await apply()).split("\n")).toEqual(["reloaded nginx", "applied"]);
  });

  it("has nothing to do after an edit of nginx.conf by hand and a reload: nginx already serves the edited file", async () => {
    await host.run("echo '# by hand' | sudo tee -a /etc/nginx/nginx.conf");
    expect(await host.fails("sudo geo-system site check")).toContain("nginx serves an older configuration");
    await host.run("sudo systemctl reload nginx");
    await waitFor("nginx to renew its workers", () =>
      host.run("sudo geo-system site check").then((said) => said === "unchanged"),
    );
    expect(await apply()).toBe("unchanged");
    await host.run("sudo sed -i '/^# by hand/d' /etc/nginx/nginx.conf && sudo systemctl reload nginx");
  });
});

describe("a worker that a reload has replaced", () => {
  const old = () => host.run("pgrep -c -f '^nginx: worker process is shutting down' || true").then(Number);
  const limits = () => host.run("grep geo-system /etc/nginx/nginx.conf");

  it("ends when its time is over, by the value that it was started with, and its connections with it", async () => {
    expect(await limits()).toContain("worker_shutdown_timeout 86400s; # geo-system, before: nothing");
    using before = await openTunnel(`ws://${host.address}/ws`);
    await apply(payload({ workerShutdownTimeout: 1 }));
    const current = await host.run("sudo cat /etc/geo-system/certificate/fullchain.pem");
    using after = await openTunnel(`wss://${host.address}/ws`, current);
    await apply(payload({ workerShutdownTimeout: 0 }));
    const isCut = async () => !(await after.echo("x").catch(() => undefined));
    await waitFor("the second one to be cut", isCut, { within: 5000, every: 500 });
    expect(await before.echo("still here")).toBe("still here");
  });

  it("stays with its last connection where there is no such time", async () => {
    using tunnel = await openTunnel(`ws://${host.address}/ws`);
    await apply();
    await waitFor("the idle ones to end", async () => (await old()) === 1, wait);
    expect(await tunnel.echo("still here")).toBe("still here");
  });

  it("ends at once if no client is connected to it", async () => {
    await waitFor("none to be left", async () => (await old()) === 0, wait);
  });

  it("has a time that is repaired, and that an operator had set before is kept in mind", async () => {
    const edit = (command: string) => host.run(`sudo sed -i '${command}' /etc/nginx/nginx.conf`);
    await edit("s/^worker_shutdown_timeout 86400s/worker_shutdown_timeout 5s/");
    expect(await host.fails("sudo geo-system site check")).toContain("lacks the end of old workers");
    await apply();
    await edit("s/^worker_shutdown_timeout .*/worker_shutdown_timeout 2h;/");
    await apply();
    expect(await limits()).toContain(
      "worker_shutdown_timeout 86400s; # geo-system, before: worker_shutdown_timeout 2h;",
    );
    await edit("/^worker_shutdown_timeout/d");
    await apply();
  });
});

describe("a bad site", () => {
  const tree = () => host.run("sudo find /etc/nginx -ls | sed 's/^ *[0-9]* *[0-9]* //'");

  it("is refused before a file is touched, with nginx's own words", async () => {
    const before = [await tree(), await workers()];
    const said = await host.fails("sudo geo-system site apply", {
      input: payload().replace("proxy_connect_timeout 5s;", "proxy_connect_timeout five;"),
    });
    expect(said).toMatch(
      /"proxy_connect_timeout" directive invalid value in \/etc\/nginx\/sites-enabled\/geo-system:\d+/,
    );
    expect(said).toContain("nothing was changed");
    expect([await tree(), await workers()]).toEqual(before);
    await host.run("sudo systemctl restart nginx");
    expect((await page()).status).toBe(200);
  });

  it("is refused beside another default server, which is named", async () => {
    await host.run("sudo tee /etc/nginx/sites-enabled/shop", {
      input: "server { listen 80 default_server; }\n",
    });
    const said = await host.fails("sudo geo-system site apply", { input: payload() });
    expect(said).toContain("/etc/nginx/sites-enabled/shop:1:server { listen 80 default_server; }");
    await host.run("sudo rm /etc/nginx/sites-enabled/shop");
  });

  const beside = async (text: string) => {
    await host.run("sudo tee /etc/nginx/sites-enabled/shop && sudo nginx -t -q", { input: text });
    const before = await tree();
    const answer = await host.run("sudo geo-system site apply 2>&1; echo $?", {
      input: payload({ readTimeout: 61 }),
    });
    expect(await tree()).toBe(before);
    await host.run("sudo rm /etc/nginx/sites-enabled/shop");
    return answer;
  };

  it("is refused beside another one of the same name and port, which nginx would only warn of", async () => {
    const said = await beside(
      `server {\n  listen 80;\n  server_name ${host.address};\n  location /ws { return 404; }\n}\n`,
    );
    expect(said).toContain(
      `/etc/nginx/sites-enabled/shop:3: server_name ${host.address} on port 80, as our site has it`,
    );
    expect(said).toContain("its location /ws is at /etc/nginx/sites-enabled/shop:4");
    expect(said).toMatch(/nothing was changed[\s\S]*next: [\s\S]*1$/);
  });

  it("is refused beside a nameless one that has served the same path until now", async () => {
    const said = await beside("server { listen 80; location /ws { return 404; } }\n");
    expect(said).toContain(
      "/etc/nginx/sites-enabled/shop:1: location /ws on port 80, in a server without a name",
    );
  });

  it("is at home beside another one with a name, a port or an address of its own", async () => {
    await host.run("sudo tee /etc/nginx/sites-enabled/shop", {
      input: `server { listen 80; server_name shop.example; location /ws { return 404; } }
        server { listen 127.0.0.1:80; server_name ${host.address}; }\nserver { listen 8080; server_name ${host.address}; }\n`,
    });
    expect(await apply()).toBe("unchanged");
    await host.run("sudo rm /etc/nginx/sites-enabled/shop");
  });

  it("is refused where nginx.conf reads no sites", async () => {
    const edit = (command: string) => host.run(`sudo sed -i '${command}' /etc/nginx/nginx.conf`);
    await edit("s/include .*sites-enabled/#&/");
    const said = await host.fails("sudo geo-system site apply", { input: payload() });
    expect(said).toContain("/etc/nginx/nginx.conf does not read sites-enabled; nothing was changed");
    await edit("s/#include/include/");
  });

  it("that nginx cannot take over is taken back: the files are as before, and it serves", async () => {
    const before = [await tree(), await master(), await workers()];
    await host.run("sudo systemd-run -q --collect --unit squatter /usr/local/bin/node /tmp/tunnel.cjs 8443");
    await waitFor("the squatter", () => host.run("ss -Hltn sport = :8443 | grep ."), wait);
    const said = await host.fails("sudo geo-system site apply", {
      input: payload().replace("server_name ", "listen 127.0.0.1:8443;\n    server_name "),
    });
    expect(said).toContain("bind() to 127.0.0.1:8443 failed");
    expect(said).toContain("reverted: nginx did not take the new configuration over");
    expect([await master(), await workers()]).toEqual(before.slice(1));
    expect(await host.run("cat /etc/nginx/sites-available/geo-system")).not.toContain("8443");
    expect((await page()).status).toBe(200);
    await host.run("sudo systemctl stop squatter && sudo nginx -t -q");
    expect(result(await apply())).toBe("applied");
  });
});

describe("a reload that does not take", () => {
  it("is noticed: the old workers serve on, the files are as before", async () => {
    const old = await workers();
    await host.run("sudo pkill -STOP -o -x nginx");
    const said = await host.fails("sudo geo-system site apply", { input: payload({ readTimeout: 62 }) });
    expect(said).toContain("nginx did not renew its workers within 20 seconds");
    expect(said).toContain("reverted: nginx did not take the new configuration over");
    expect(await workers()).toBe(old);
    await host.run("sudo pkill -CONT -o -x nginx");
    expect(await host.run("sudo tail -n 1 /var/log/geo-system/journal")).toMatch(
      /step=site\tverb=apply\t.*result=reverted/,
    );
    await waitFor("the new workers", async () => (await workers()) !== old, wait);
    expect(await host.run("sudo nginx -T 2>/dev/null | grep -c ' 62s;' || true")).toBe("0");
    expect((await page()).status).toBe(200);
  });
});

describe("a backend that restarts", () => {
  it("is away for that moment only", async () => {
    await host.run("sudo systemctl stop backend");
    expect((await page()).status).toBe(502);
    await startTunnel(host, "backend", 3000);
    expect((await page()).status).toBe(200);
  });

  it("stays available while another stands by", async () => {
    await startTunnel(host, "standby", 3001);
    await host.run("sudo systemctl stop backend");
    using tunnel = await openTunnel(`ws://${host.address}/ws`);
    expect(await tunnel.echo("x")).toBe("x");
    await startTunnel(host, "backend", 3000);
    await host.run("sudo systemctl stop standby");
  });
});

describe("nginx itself", () => {
  it("is started and enabled where it was not", async () => {
    await host.run("sudo systemctl disable -q --now nginx");
    expect((await apply()).split("\n")).toEqual(["nginx starts at boot", "started nginx", "applied"]);
    expect((await page()).status).toBe(200);
  });
});

describe("undo", () => {
  it("that a configuration of others stopped goes on when it is mended, and nginx takes it over", async () => {
    await host.run("echo broken | sudo tee -a /etc/nginx/nginx.conf");
    expect(await host.fails("sudo geo-system site undo")).toContain("nginx keeps the current one");
    await host.run("sudo sed -i '/^broken$/d' /etc/nginx/nginx.conf");
    expect(await host.run("sudo geo-system site undo")).toContain("reloaded nginx");
    expect(await (await page()).text()).toContain("Welcome to nginx");
    await apply();
  });

  it("gives the host back as it was, and keeps what others changed meanwhile", async () => {
    await host.run(
      "sudo sed -i 's/# multi_accept on;/multi_accept on;/' /etc/nginx/nginx.conf /tmp/nginx-before/nginx.conf",
    );
    const said = await host.run("sudo geo-system site undo");
    expect(said.match(/reloaded nginx/g)).toHaveLength(1);
    expect(await host.run("diff -r /tmp/nginx-before /etc/nginx && ls /etc/nginx/sites-enabled")).toBe(
      "default",
    );
    expect(await (await page()).text()).toContain("Welcome to nginx");
    expect(await host.run("sudo ls /var/lib/geo-system")).not.toContain("site");
    expect(await host.run("sudo geo-system site undo")).toBe("unchanged");
  });
});
