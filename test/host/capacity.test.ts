import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capacityPayload } from "../../infra/render/capacity.ts";
import { sitePayload } from "../../infra/render/site.ts";
import type { TestHost } from "../support/host.ts";
import { result, settingsFor } from "./support/served-host.ts";
import { startSiteHost } from "./support/site-host.ts";
import { openTunnel } from "./support/upgrade.ts";

/* A host that is to hold a number of connections, from the first word of it until it is taken back. */

let host: TestHost;
let certificate: string;
let plain: Awaited<ReturnType<typeof openTunnel>>;
let secure: Awaited<ReturnType<typeof openTunnel>>;

const size = (expectedConnections: number, input = capacityPayload({ expectedConnections }) ?? "") =>
  host.run("sudo geo-system capacity apply", { input });
const site = (changes = {}) =>
  host.run("sudo geo-system site apply", { input: sitePayload(settingsFor(host, changes), host.address) });
const limits = () =>
  host.run("sysctl -n net.core.somaxconn net.ipv4.tcp_max_syn_backlog net.netfilter.nf_conntrack_max");
const tree = () =>
  host.run(
    "sudo find /etc/sysctl.d /etc/modules-load.d /etc/systemd/system/nginx.service.d -type f 2> /dev/null || true",
  );
const nginxConf = () => host.run("cat /etc/nginx/nginx.conf");
const master = () => host.run("systemctl show -p MainPID --value nginx");
const before = { limits: "", tree: "", conf: "", master: "" };

beforeAll(async () => {
  ({ host, certificate } = await startSiteHost("capacity"));
  Object.assign(before, { limits: await limits(), tree: await tree() });
  await site();
  Object.assign(before, { conf: await nginxConf(), master: await master() });
  plain = await openTunnel(`ws://${host.address}/ws`);
  secure = await openTunnel(`wss://${host.address}/ws`, certificate);
});
afterAll(async () => {
  plain?.[Symbol.dispose]();
  secure?.[Symbol.dispose]();
  await host?.[Symbol.asyncDispose]();
});

describe("the first apply", () => {
  it("finds nothing of its own before", async () => {
    expect(await host.fails("sudo geo-system capacity check")).toContain("never applied on this host");
  });

  it("raises what is too low, says so, and leaves alone what is high enough", async () => {
    const said = await size(50_000);
    expect(said).toContain("net.core.somaxconn is 16384, and was 4096");
    expect(said).not.toContain("nf_conntrack_max");
    expect(result(said)).toBe("applied");
    expect((await limits()).split("\n")).toEqual(["16384", "16384", before.limits.split("\n")[2]]);
    const file = await host.run("cat /etc/sysctl.d/zz-geo-system.conf");
    expect(file).toContain("\nnet.core.somaxconn = 16384\n");
    expect(file).not.toContain("nf_conntrack");
    expect(await host.run("systemctl show -p LimitNOFILE --value nginx")).toBe("infinity");
  });

  it("has nginx hold them: more workers where one may not open its share, and a longer queue", async () => {
    expect(await site({ expectedConnections: 50_000 })).toContain("reloaded nginx");
    expect(await nginxConf()).toMatch(/^worker_processes 8; # geo-system, before: worker_processes auto;$/m);
    expect(await host.run("pgrep -c -f '^nginx: worker process *$'")).toBe("8");
    expect(await host.run("ss -Hltn sport = :443 | awk '$4 !~ /127/ { print $3 }' | sort -u")).toBe("16384");
  });

  it("reaches the backend from several addresses", async () => {
    const tunnels = await Promise.all(
      Array.from({ length: 40 }, () => openTunnel(`ws://${host.address}/ws`)),
    );
    const addresses = await host.run(
      "ss -Htn state established dport = :3000 | awk '{ sub(/:.*/, \"\", $3); print $3 }' | sort -u",
    );
    for (const tunnel of tunnels) tunnel[Symbol.dispose]();
    expect(addresses.split("\n")).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
  });

  it("has nothing to do a second time", async () => {
    expect(await size(50_000)).toBe("unchanged");
    expect(await site({ expectedConnections: 50_000 })).toBe("unchanged");
    expect(await host.run("sudo geo-system capacity check")).toBe("unchanged");
  });
});

describe("a limit", () => {
  it("that somebody lowers is told and raised again; one that he raises is his", async () => {
    await host.run("sudo sysctl -qw net.core.somaxconn=512 net.ipv4.tcp_max_syn_backlog=20000");
    expect(await host.fails("sudo geo-system capacity check")).toContain(
      "net.core.somaxconn is 512, and 16384 was applied",
    );
    await size(50_000);
    expect((await limits()).split("\n").slice(0, 2)).toEqual(["16384", "20000"]);
    await host.run("sudo sysctl -qw net.ipv4.tcp_max_syn_backlog=16384");
  });

  it("becomes lower with the expectation, and no lower than it was before", async () => {
    await size(30_000);
    expect((await limits()).split("\n").slice(0, 2)).toEqual(["8192", "8192"]);
    await size(2000);
    expect((await limits()).split("\n").slice(0, 2)).toEqual(["4096", "4096"]);
  });

  it("that the host may not set is refused before anything is changed", async () => {
    const now = [await limits(), await host.run("cat /etc/sysctl.d/zz-geo-system.conf")];
    const input = capacityPayload({ expectedConnections: 300_000 }) ?? "";
    expect(await host.fails("sudo geo-system capacity apply", { input })).toMatch(
      /nf_conntrack_max: expected at least 1200000, found \d+, which this host may not set; nothing was changed/,
    );
    expect([await limits(), await host.run("cat /etc/sysctl.d/zz-geo-system.conf")]).toEqual(now);
  });

  it("of a file that broke off is not applied", async () => {
    const input = (capacityPayload({ expectedConnections: 50_000 }) ?? "").slice(0, 600);
    expect(await host.fails("sudo geo-system capacity apply", { input })).toContain("broke off");
  });
});

describe("the way back", () => {
  it("gives back what was, and nginx was never restarted", async () => {
    expect(await site()).toContain("reloaded nginx");
    expect(result(await host.run("sudo geo-system capacity undo"))).toBe("applied");
    expect([await limits(), await tree(), await nginxConf(), await master()]).toEqual([
      before.limits,
      before.tree,
      before.conf,
      before.master,
    ]);
    expect(await host.run("systemctl show -p LimitNOFILE --value nginx")).not.toBe("infinity");
    expect(await host.run("sudo geo-system capacity undo")).toBe("unchanged");
  });

  it("cut no connection, nor did anything before it", async () => {
    expect([await plain.echo("here"), await secure.echo("too")]).toEqual(["here", "too"]);
  });
});

describe("an nginx that runs with a limit of its own", () => {
  const limit = "/etc/systemd/system/nginx.service.d/limit.conf";
  const running = async () => host.run(`awk '/^Max open files/ { print $5 }' /proc/${await master()}/limits`);

  it("is refused where root may not raise that of a process, and its next start has it", async () => {
    await host.run(`sudo install -D /dev/stdin ${limit}`, { input: "[Service]\nLimitNOFILE=4000\n" });
    await host.run("sudo systemctl daemon-reload && sudo systemctl restart nginx");
    const input = capacityPayload({ expectedConnections: 2000 }) ?? "";
    expect(await host.fails("sudo geo-system capacity apply", { input })).toMatch(
      /nginx may open 4000 files, expected 20000, and this container may not raise that of a process that runs\n {2}next: restart it/,
    );
    await host.run("sudo systemctl restart nginx");
    expect(await running()).toBe("20000");
    // The apply that was refused had written its files, and the restart read them.
    expect(result(await size(2000))).toBe("unchanged");
    await host.run("sudo geo-system capacity undo");
    expect(await running()).toBe("4000");
    await host.run(`sudo rm ${limit} && sudo systemctl daemon-reload`);
  });
});
