import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firewallPayload } from "../../infra/render/firewall.ts";
import { payload } from "../../infra/render/payload.ts";
import { TestHost } from "../support/host.ts";
import type { Outside } from "../support/second-machine.ts";
import { waitFor } from "../support/wait.ts";
import { result, startServedHost } from "./support/served-host.ts";
import { sshOn } from "./support/sshd.ts";

let host: TestHost;
let outside: Outside;

const wanted = firewallPayload({ tls: "self-signed", firewallTimeout: 120 });
const withoutTls = firewallPayload({ tls: "off", firewallTimeout: 120 });
/** As `pulumi up` does it: a new connection confirms what was changed. */
const apply = async (input = wanted, from = host) => {
  const said = await from.run("sudo geo-system firewall apply", { input });
  if (said.includes("\narmed ")) await from.run("sudo geo-system firewall confirm");
  return said;
};
const refused = (input: string) => host.fails("sudo geo-system firewall apply", { input });
const check = () => host.run("sudo geo-system firewall check");
const undo = () => host.run("sudo geo-system firewall undo");
const rules = async () => (await host.run("sudo ufw show added")).split("\n").slice(1);
const status = () => host.run("sudo ufw status verbose");
const ours = (...ports: number[]) => ports.map((port) => `ufw allow ${port}/tcp comment 'geo-system'`);
const listen = (port: number) => host.run(`sudo systemd-run --quiet --unit=listen-${port} nc -lk ${port}`);

beforeAll(async () => {
  host = await startServedHost("firewall");
  outside = await host.outside();
  for (const port of [443, 8080]) await listen(port);
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("step firewall", () => {
  it("has nothing to undo before the first apply", async () => {
    expect(result(await undo())).toBe("unchanged");
    await outside.connects(8080);
  });

  it("lets SSH, HTTP and HTTPS in, SSH first, and keeps the rest out", async () => {
    expect(result(await apply())).toBe("applied");
    expect(await rules()).toEqual(ours(22, 80, 443));
    for (const port of [22, 80, 443]) await outside.connects(port);
    await outside.refuses(8080);
  });

  it("does the same for IPv6", async () => {
    expect(await status()).toMatch(/^443\/tcp \(v6\) +ALLOW IN +Anywhere \(v6\)/m);
  });

  it("changes nothing the second time, and check agrees", async () => {
    expect(await apply()).toBe("unchanged");
    expect(await check()).toBe("unchanged");
  });

  it("is there after a power cycle", async () => {
    await host.reboot();
    await waitFor("nginx to answer", () => outside.connects(80), { within: 30_000 });
    for (const port of [443, 8080]) await listen(port);
    await outside.refuses(8080);
    expect(await check()).toBe("unchanged");
  });

  it("names what others changed, and repairs it", async () => {
    await host.run("sudo ufw delete allow 443/tcp && sudo ufw default allow incoming");
    const said = await host.fails("sudo geo-system firewall check");
    expect(said).toContain("rule 443/tcp is missing in ufw\n");
    expect(said).toContain("ufw's default for incoming is allow, expected deny\n");
    expect(result(await apply())).toBe("applied");
    await outside.connects(443);
    await outside.refuses(8080);
    await host.run("sudo ufw disable");
    expect(await host.fails("sudo geo-system firewall check")).toContain("ufw is inactive\n");
    expect(result(await apply())).toBe("applied");
  });

  it.each([
    ["a port that is none", wanted.replace("443/tcp", "99999/tcp"), "found '99999/tcp'"],
    ["no rule for SSH", wanted.replace("allow: ssh\n", ""), "no rule for SSH: expected 'allow: ssh'"],
    [
      "another default",
      wanted.replace("deny incoming", "allow incoming"),
      "default: expected 'deny incoming'",
    ],
  ])("refuses %s before anything changes", async (_, input, message) => {
    const before = await status();
    expect(await refused(input)).toContain(message);
    expect(await status()).toBe(before);
  });

  it("closes what is wanted no more", async () => {
    expect(result(await apply(withoutTls))).toBe("applied");
    await outside.refuses(443);
    expect(result(await apply())).toBe("applied");
  });

  it("refuses to open a port that a rule of others keeps closed", async () => {
    await host.run("sudo ufw insert 1 deny 8080:8090/tcp");
    const before = await rules();
    const said = await refused(payload({ allow: ["ssh", "80/tcp", "8081/tcp"], default: "deny incoming" }));
    expect(said).toContain("a rule that others made keeps 8081/tcp closed: deny 8080:8090/tcp");
    expect(await rules()).toEqual(before);
    await host.run("sudo ufw delete deny 8080:8090/tcp");
  });

  it("gives back what was there: its own rules go, ufw is off again", async () => {
    await host.run("sudo ufw allow 8080/tcp && sudo ufw insert 1 deny from 192.0.2.7");
    expect(result(await undo())).toBe("applied");
    expect(await rules()).toEqual(["ufw deny from 192.0.2.7", "ufw allow 8080/tcp"]);
    expect(await host.run("sudo ufw status")).toBe("Status: inactive");
    expect(result(await undo())).toBe("unchanged");
  });

  it("keeps the rules of others where they open a port already, and a limit of theirs", async () => {
    await host.run(
      "sudo ufw allow OpenSSH && sudo ufw limit 443/tcp && sudo ufw allow proto tcp to 0.0.0.0/0 port 80 && sudo ufw --force enable",
    );
    const before = await rules();
    const said = await apply();
    expect(said).toContain("443/tcp is open with a limit that others set");
    expect(said).toMatch(/opened 80\/tcp\narmed .*\napplied$/);
    await undo();
    expect(await rules()).toEqual(before);
    expect(await status()).toContain("Status: active");
    await host.run("sudo ufw --force reset");
  });

  it("never deletes the rule by which an operator gets in, though nobody knows what was there before", async () => {
    await host.run("sudo ufw allow 22/tcp && sudo ufw --force enable");
    await host.run("sudo ufw delete allow 22/tcp && sudo geo-system firewall apply", { input: wanted });
    await host.run("sudo geo-system firewall confirm");
    await host.run("sudo rm -r /var/lib/geo-system");
    expect(await undo()).toContain("kept our rule for 22/tcp: ufw stays active");
    expect(await rules()).toEqual(ours(22));
    await outside.connects(22);
    expect(result(await undo())).toBe("unchanged");
    await host.run("sudo ufw prepend allow proto tcp to any port 20:30");
    expect(result(await undo())).toBe("applied");
    await outside.connects(22);
    await host.run("sudo ufw --force reset");
  });

  it("opens SSH where sshd really listens: at two ports, then at another one alone", async () => {
    await sshOn(host, 22, 2222);
    await apply();
    expect(await rules()).toEqual(ours(22, 2222, 80, 443));
    await outside.connects(2222);

    const moved = new TestHost({ ...host.info, port: 2222 });
    await sshOn(moved, 2222);
    expect(await moved.fails("sudo geo-system firewall check").catch(() => "unchanged")).toContain(
      "unchanged",
    );
    await apply(wanted, moved);
    expect((await moved.run("sudo ufw show added")).split("\n").slice(1)).toEqual(ours(2222, 80, 443));
    await outside.connects(2222);
    await outside.refuses(22);
  });
});
