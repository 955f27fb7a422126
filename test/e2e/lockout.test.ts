import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Way } from "../../bench/faults/cut.ts";
import { cutOnce } from "../../bench/faults/once.ts";
import { Subject } from "../../bench/faults/subject.ts";
import { withAgent } from "../../infra/host/agent.ts";
import { TestStack } from "../support/stack.ts";
import { untilPrints } from "../support/wait.ts";

/*
 * An `up` that shuts its operator out, and one that loses its operator, its network or the host's power in the middle:
 * somebody can log in, the host serves all the time that it can be reached, and the next `up` ends well.
 */
describe("an operator who is cut off", () => {
  let stack: TestStack;
  let subject: Subject;
  beforeAll(async () => {
    stack = await TestStack.start("lockout");
    subject = new Subject(stack.stack, stack.files);
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  const change = (number: number) => ({ mark: `release${number}`, readTimeout: 80_000 + number });

  // Two runs from a bare host, and the twenty seconds in which nobody gets in.
  it("by the firewall: it is taken back, the `up` says why, and the next one ends well", async () => {
    await stack.must("config", "set", "firewallTimeout", "20");
    // The rule sleeps in a firewall that is off: the `up` that switches it on is the one that shuts its operator out.
    const operator = (await stack.on("echo $SSH_CONNECTION")).split(" ")[0];
    await stack.on("sudo apt-get -q update && sudo apt-get -q install --yes ufw");
    await stack.on(`sudo ufw deny proto tcp from ${operator} to any port 22`);

    const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      "the change was TAKEN BACK, the firewall is as it was before it: no new connection confirmed it within 20 seconds",
    );
    expect(output).toContain("a rule for your address");
    expect(await stack.on("sudo ufw status")).toBe("Status: inactive\n");

    await stack.on(`sudo ufw delete deny proto tcp from ${operator} to any port 22`);
    await withAgent(stack.stack.keyPaths, () => subject.up(change(0)));
    expect(await stack.on("sudo ufw status")).toMatch(/^Status: active/);
    await stack.up("--expect-no-changes");
  }, 600_000);

  const armed = "sudo ls /var/lib/geo-system/firewall 2> /dev/null || true";
  const phase = "sudo cat /var/lib/geo-system/backend/handover/phase 2> /dev/null || true";
  it.each<[number, Way, string, string, RegExp]>([
    [1, "KILL to pulumi", "the firewall waits for its confirmation", armed, /^armed$/m],
    [2, "network unplugged", "a release proves itself", phase, /proving/],
    [3, "power cut", "a release serves for now", phase, /provisional/],
  ])(
    "%i. by a %s while %s: nobody else notices, and the next `up` ends well",
    async (number, way, _, look, there) => {
      const patience = { within: 120_000, every: 20 };
      const moment = () => untilPrints((line) => subject.on(line), look, there, patience);
      const changes = { before: change(number - 1), next: change(number) };
      const cut = await withAgent(stack.stack.keyPaths, async () =>
        cutOnce(subject, { number, way, at: 0, moment, url: await subject.url(), ...changes }),
      );
      expect(cut.fault).toBeUndefined();
      expect(cut.failed).toEqual([]);
      expect(cut.probes).toBeGreaterThan(50);
      await stack.must("preview", "--expect-no-changes");
    },
  );
});
