import { expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import type { PortState } from "../../../../operate/diagnose/outside/observed.ts";
import { exitCode } from "../../../../operate/diagnose/report.ts";
import { optionTarget } from "../../../../operate/target/option-target.ts";
import { flow, healthy, inside, outside, printed, site } from "./support/healthy.ts";

const plainSite = site.replace("  listen 443 ssl default_server;\n", "");
const refused = {
  hop: "tcp",
  cause: "connection refused",
  seen: { url: "wss://10.0.0.7/ws", code: "ECONNREFUSED" },
};

/** `--host 10.0.0.7` and nothing else, while port 443 does not take connections. */
async function seen(state: PortState, changes: Partial<Observations> = {}): Promise<Observations> {
  const port = (number: number, its: PortState) => ({ address: "10.0.0.7", port: number, state: its, ms: 1 });
  const { tls: _, ...rest } = outside;
  return {
    ...healthy,
    target: { ...healthy.target, ...(await optionTarget({ host: "10.0.0.7" })) },
    outside: {
      ...rest,
      name: { host: "10.0.0.7", addresses: ["10.0.0.7"] },
      ports: [port(80, "open"), port(443, state), port(22, "open")],
      flows: [flow("ws://10.0.0.7/ws"), flow("wss://10.0.0.7/ws", refused)],
    },
    ...changes,
  };
}

const withoutTls = {
  ...inside,
  nginx: { ...inside.nginx, site: plainSite, deployedSite: plainSite, configuration: printed(plainSite) },
};

test("a host without TLS is healthy where only its address was given, and that is said", async () => {
  const diagnosis = judge(await seen("refused", { inside: withoutTls }));
  expect(diagnosis.verdict).toMatchObject({
    severity: "warn",
    cause: "the host serves without TLS; wss://10.0.0.7/ws was only assumed, since no --url was given",
  });
  expect(exitCode(diagnosis)).toBe(0);
  expect(diagnosis.hops.map(({ name }) => name)).not.toContain("tls");
});

test.each(["silent", "refused"] as const)(
  "so it is where the host could not be checked, and port 443 is %s",
  async (state) => {
    const { inside: _, ...unseen } = await seen(state);
    const diagnosis = judge(unseen);
    expect(exitCode(diagnosis)).toBe(0);
    expect(diagnosis.verdict?.cause).toMatch(
      /^port 443 takes no connection, so TLS is not served, or a firewall/,
    );
  },
);

test("where TLS is served and its port is closed, clients fail", async () => {
  expect(exitCode(judge(await seen("refused")))).toBe(1);
});

test("an address that was given is judged as it is", async () => {
  const { inside: _, ...unseen } = await seen("silent");
  const target = { ...unseen.target, assumed: false };
  expect(exitCode(judge({ ...unseen, target }))).toBe(1);
});

test("a silent port that is not the usual one may be the wrong one", async () => {
  const { inside: _, ...unseen } = await seen("open");
  const ports = [{ address: "10.0.0.7", port: 3999, state: "silent" as const, ms: 1 }];
  const flows = [flow("ws://10.0.0.7:3999/ws", refused)];
  const target = { ...unseen.target, assumed: false, urls: ["ws://10.0.0.7:3999/ws"] };
  const open = { address: "10.0.0.7", port: 22, state: "open" as const, ms: 1 };
  const { verdict } = judge({
    ...unseen,
    target,
    outside: { ...unseen.outside, ports: [...ports, open], flows },
  });
  expect(verdict?.cause).toMatch(/, as it does for a port on which nothing is served$/);
  expect(verdict?.fix).toEqual([
    "# is it the port that clients use?",
    "# look: ssh ubuntu@10.0.0.7 sudo ufw status",
    "ssh ubuntu@10.0.0.7 sudo ufw allow 3999/tcp",
  ]);
});
