import { expect, it } from "vitest";
import { TestStack } from "../support/stack.ts";

// Two runs from a bare host, and the twenty seconds in which nobody gets in.
const tenMinutes = { timeout: 600_000 };

it(
  "a firewall that shuts the operator out is taken back, the `up` says why, and the next one ends well",
  tenMinutes,
  async () => {
    await using stack = await TestStack.start("lockout");
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
    await stack.up();
    expect(await stack.on("sudo ufw status")).toMatch(/^Status: active/);
    await stack.up("--expect-no-changes");
  },
);
