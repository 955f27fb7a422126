import { appendFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { project } from "../../operate/run-pulumi.ts";
import { TestStack } from "../support/stack.ts";

/*
 * What must not be deployed is said in the preview already, and an `up` stops before it changes anything. A secret is
 * said nowhere, whatever fails.
 */
const other = "/etc/nginx/sites-enabled/other";
/** Lines of a stack trace, and of a program that says of itself that a file is missing. */
const debris = /^\s+at .+:\d+:\d+\)?$|node:internal|^\s*(grep|sed|cat|tail|head|cut): .*No such file/m;
const canary = "canary-4b1d-of-the-operator";

describe("a change that must not reach the host", () => {
  let stack: TestStack;
  const on = (line: string) => stack.on(line);
  const changes = (key: string, value: string) => stack.must("config", "set", key, value);
  const managed = () =>
    on(
      "sudo sha256sum /etc/nginx/sites-available/geo-system /etc/geo-system/certificate/*.pem; readlink /srv/geo-backend/current",
    );

  /** A preview and an `up` both fail with that, and the host stays as it was. */
  async function expectRefused(why: RegExp): Promise<void> {
    const before = await managed();
    for (const run of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { exitCode, output } = await stack.pulumi(...run);
      expect(output).toMatch(why);
      expect(output).not.toMatch(debris);
      expect(exitCode).not.toBe(0);
    }
    expect(await managed()).toBe(before);
  }

  beforeAll(async () => {
    stack = await TestStack.start("refused");
    await stack.must("config", "set", "--secret", "--path", "backendSecretEnvironment.CANARY", canary);
    await stack.up();
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  it("another site that nginx cannot load fails the preview, in nginx's own words", async () => {
    await changes("readTimeout", "7200");
    await on(
      `printf 'server { listen 8443 ssl; ssl_certificate /etc/ssl/gone.pem; ssl_certificate_key /etc/ssl/gone.key; }' | sudo tee ${other}`,
    );
    await expectRefused(/refused: nginx does not take the wanted site[\s\S]*\/etc\/ssl\/gone\.pem/);
    await on(`sudo rm ${other}`);
  });

  it("a port that others keep closed fails the preview, with the rule and the way out", async () => {
    await on("sudo ufw insert 1 deny 80:81/tcp");
    await expectRefused(
      /refused: ufw does not take the wanted rules[\s\S]*a rule that others made keeps 80\/tcp closed: deny 80:81\/tcp/,
    );
    await on("sudo ufw delete deny 80:81/tcp");
  });

  it("while another run is at work an `up` is refused, which names it; with --wait it waits for its turn", async () => {
    const lock = "/run/geo-system/lock";
    await on(
      `echo 'backend rollback of someone, process 7' | sudo tee ${lock}; sudo systemd-run -q --unit other-run flock ${lock} sleep infinity`,
    );
    const refused = await stack.npm("up");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toMatch(
      /Nothing was changed[\s\S]*another run is at work on this host: backend rollback of someone, process 7; wait until it has ended, or let this one wait: npm run up -- --wait/,
    );
    expect(await stack.must("preview")).toContain("check: another run is at work on this host");
    const waiting = stack.startNpm("up", "--wait");
    let heard = "";
    for await (const line of waiting.iterable({ from: "all" })) {
      if (heard || !line.includes("Waiting for another run on this host, 600 s at most: ")) continue;
      heard = line;
      await on("sudo systemctl stop other-run");
    }
    expect(heard).toContain("backend rollback of someone, process 7");
    const { exitCode, all } = await waiting;
    expect(exitCode, all).toBe(0);
  });

  it("another stack on the same host: it is refused, and both are named", async () => {
    const [mine, second] = [stack.stack.stack, `${stack.stack.stack}-other`];
    await stack.must("stack", "init", second, "--no-select");
    await cp(join(project, `Pulumi.${mine}.yaml`), join(project, `Pulumi.${second}.yaml`));
    const { exitCode, output } = await stack.pulumi("preview", "--stack", second);
    await stack.must("stack", "rm", "--yes", "--stack", second);
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      `refused: this host belongs to organization/geo-system/${mine}/geo, and this is organization/geo-system/${second}/geo`,
    );
  });

  it("maxReach: a reload is allowed, and a new release is not, named beforehand", async () => {
    await changes("maxReach", "reload");
    await changes("readTimeout", "3600");
    expect(await stack.up()).toMatch(/reach: nginx reload, connections stay/);
    const backend = await stack.copyOfBackend();
    await appendFile(join(backend, "public/index.html"), "<!-- another release -->\n");
    await changes("backendSource", backend);
    await changes("handshake", "example"); // a copy is a backend of one's own
    await expectRefused(
      /refused: backend reaches "handover" \(release handover, .*\), and maxReach allows "reload" at most/,
    );
    await stack.must("config", "rm", "backendSource");
    await stack.must("config", "rm", "handshake");
    const secret = ["--secret", "--path", "backendSecretEnvironment.ANOTHER"];
    await stack.must("config", "set", ...secret, canary);
    await expectRefused(/refused: environment reaches "handover" \(release handover, .*\)/);
    await changes("maxReach", "firewall");
    await stack.up();
  });

  it("maxReach: a certificate that the run itself issues again is refused at its step", async () => {
    const before = await managed();
    const [, leaf = ""] = /"urn": "(\S+::geo-leaf)"/.exec(await stack.must("stack", "export")) ?? [];
    await stack.must("state", "taint", "--yes", leaf);
    await changes("maxReach", "nothing");
    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(output).toMatch(/refused: certificate reaches "reload" \(new certificate, nginx reload/);
    expect(exitCode).not.toBe(0);
    expect(await managed()).toBe(before);
    await changes("maxReach", "firewall");
    await stack.up();
  });

  it("a secret shows nowhere: not in outputs, not in the state, not in the host's processes and logs", async () => {
    await on("echo LATER=1 | sudo tee -a /srv/geo-backend/secret.env");
    const seen = [
      await stack.must("preview", "--diff", "--show-full-output"),
      await stack.must("preview", "--json"),
      ...Object.values(await stack.summary()).map(String),
      await stack.up(),
      await stack.must("stack", "export"),
      await on(
        "ps axeww; sudo journalctl -q -b --no-pager; sudo find /var/log ~/.pm2 -type f -exec cat {} +",
      ),
    ];
    for (const text of seen) expect(text).not.toContain(canary);
    expect(await on("sudo cat /srv/geo-backend/secret.env")).toContain(canary);
  });

  // Those that are given one; the others have none to tell.
  it.each(["certificate", "backend-environment", "backend"])(
    "a secret shows nowhere when %s fails",
    async (step) => {
      // Its last move fails: a folder lies where the record of the run is written.
      const inTheWay = `/var/lib/geo-system/options/${step}.new`;
      await on(`sudo mkdir ${inTheWay}; sudo rm -f /var/lib/geo-system/options/${step}`);
      const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
      expect(exitCode).not.toBe(0);
      expect(output).toContain(`options/${step}.new`);
      expect(output).not.toContain(canary);
      expect(output).not.toMatch(debris);
      await on(`sudo rm -r ${inTheWay}`);
      await stack.up();
    },
  );
});
