import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { Prober } from "../support/prober.ts";
import { TestStack } from "../support/stack.ts";

/*
 * `tls: acme` by the real CLI, with the CA that `npm run sandbox -- up --acme` puts beside a sandbox. Each story starts
 * from the state in which the one before left the host.
 */
describe.sequential("a certificate by ACME", () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.start("acme", { ca: true });
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  const issued = async () =>
    Number(await stack.on("sudo sh -c 'ls -d /var/lib/geo-system-acme/accounts/*/certificates/*' | wc -l"));
  const workers = () => stack.on("pgrep -f '^nginx: worker process$' | sort | tr '\\n' ' '");

  it("is told by the preview, and proven by `wss://` from outside", async () => {
    const { address } = stack.info();
    expect(await stack.must("preview")).toContain(`orders a certificate for ${address} from https://`);
    const said = await stack.up();
    expect(said).toContain(`order: a certificate for ${address}`);
    expect(said).toContain(`wss://${address}/ws`);
    expect(await stack.must("stack", "export")).not.toContain("PRIVATE KEY");
  });

  it("is no change the second time", async () => {
    await stack.up("--expect-no-changes");
    expect(await issued()).toBe(1);
  });

  it("gives way to another kind by one reload, and its timer goes; then it is back, and nothing was ordered", async () => {
    const { wsUrl } = await stack.outputs();
    await stack.configure({ tls: "self-signed", acmeCaFile: "", acmeProfile: "" });
    const preview = await stack.must("preview");
    expect(preview).toContain("reach: a certificate in the place of the one by ACME, nginx reload");
    expect(preview).toMatch(/geo-site\S*\):\s+reach: nginx reload, connections stay/);
    await using prober = new Prober(wsUrl as string);
    const away = await stack.up();
    expect(away.match(/reloaded nginx/g)?.length).toBeGreaterThan(0);
    expect(await stack.on("systemctl list-unit-files 'geo-system-acme*' --no-legend | wc -l")).toBe("0\n");
    const before = await workers();
    const { trustFile } = (await sandbox.ca(stack.host)) as sandbox.SandboxCa;
    await stack.configure({ tls: "acme", acmeCaFile: trustFile, acmeProfile: "shortlived" });
    const back = await stack.up();
    expect(back).toContain("nothing is ordered");
    expect(await workers()).not.toBe(before);
    expect((await prober.stop()).failures).toEqual([]);
    expect(await issued()).toBe(1);
  });

  it("comes after `tls: off` together with port 443: by one reload, and every handshake succeeds", async () => {
    await stack.configure({ tls: "off", acmeCaFile: "", acmeProfile: "" });
    await stack.up();
    await stack.on("sudo rm -rf /var/lib/geo-system-acme");
    const { wsUrl } = await stack.outputs();
    const { trustFile } = (await sandbox.ca(stack.host)) as sandbox.SandboxCa;
    await stack.configure({ tls: "acme", acmeCaFile: trustFile, acmeProfile: "shortlived" });
    await using prober = new Prober(wsUrl as string);
    const said = await stack.up();
    expect((await prober.stop()).failures).toEqual([]);
    expect(said).toContain("order: a certificate for");
    expect(said.match(/reloaded nginx/g)).toHaveLength(1);
  });

  it("survives `destroy`, which names what it keeps, and the next `up` orders nothing", async () => {
    const { output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(output).toContain("kept the ACME account and its certificates in /var/lib/geo-system-acme");
    expect(await stack.on("ls /etc/geo-system /etc/systemd/system/geo-system-acme* 2>&1 || true")).toMatch(
      /No such file/,
    );
    expect(await stack.up()).toContain("nothing is ordered");
    expect(await issued()).toBe(1);
  });
});
