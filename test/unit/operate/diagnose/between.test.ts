import { describe, expect, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import type { Flow, Outside } from "../../../../operate/diagnose/outside/observed.ts";
import { failing, flow, healthy, inside, outside } from "./support/healthy.ts";

/** TLS has large packets in both directions; the port itself takes the connection. */
const silentTls: NonNullable<Flow["failure"]> = {
  ...{ hop: "tls", cause: "TLS did not answer" },
  seen: { url: "wss://203.0.113.7/ws", waitedMs: 5000 },
};
const tlsFails: Outside = {
  ...outside,
  flows: [flow("ws://203.0.113.7/ws"), flow("wss://203.0.113.7/ws", silentTls)],
};
const sizes = (...answered: boolean[]) =>
  [100, 1_100, 4_000].map((bytes, i) => ({ bytes, answered: answered[i] === true }));
const seen = (changes: Partial<Outside>, within: Partial<typeof inside> = {}): Observations => ({
  ...healthy,
  outside: { ...tlsFails, ...changes },
  inside: { ...inside, ...within },
});
const restarts = (fix: readonly string[] = []) => fix.filter((line) => /restart|kill|reload/.test(line));

describe("both ends answer, and a client from here gets no answer", () => {
  test("by size: the stretch is named, with what came through and what did not", () => {
    const { verdict, healthy: well } = judge(seen({ sizes: sizes(true, true, false) }));
    expect(well).toBe(false);
    expect(verdict).toMatchObject({
      hop: "tls",
      cause:
        "packets of a certain size are lost between this machine and 203.0.113.7: a request of 1100 bytes is answered, one of 4000 is not",
      worry: expect.stringMatching(/others may be served/),
    });
    expect(verdict?.evidence).toEqual(
      expect.arrayContaining([
        "nginx on the host itself, port 80: HTTP/1.1 101 Switching Protocols",
        "a request of 4000 bytes: no answer",
      ]),
    );
  });

  test("every line that is shown is only a look, and nothing is restarted", () => {
    for (const each of [sizes(true, true, false), sizes(true, true, true)]) {
      const fix = judge(seen({ sizes: each })).verdict?.fix ?? [];
      expect(fix.length).toBeGreaterThan(0);
      expect(fix.filter((line) => !line.startsWith("# "))).toEqual([]);
      expect(restarts(fix)).toEqual([]);
    }
  });

  test("whatever its size: the way is broken, and not nginx", () => {
    expect(judge(seen({ sizes: sizes(true, true, true) })).verdict?.cause).toBe(
      "the way between this machine and 203.0.113.7 is broken: nginx and the backend answer the host itself, and a client from here gets no answer",
    );
  });

  test("an upgrade that is reset on its way, with and without a token", () => {
    const reset = failing({ hop: "upgrade", cause: "reset", seen: { url: "ws://x/ws", code: "ECONNRESET" } });
    const flows = reset.flows.map((each) => ({ ...each, plainOpen: "refused" as const }));
    expect(judge(seen({ flows })).verdict?.cause).toMatch(/^the way between this machine and/);
  });

  test("a rule of the host's own that picks packets by length is named, and taken away", () => {
    const rule = "-A INPUT -p tcp -m length --length 1300:65535 -j DROP";
    const firewall = { ...inside.firewall, drops: [rule] };
    expect(judge(seen({ sizes: sizes(true, true, false) }, { firewall })).verdict).toMatchObject({
      hop: "firewall",
      cause: "a rule of the host's own drops packets by their length or content, before nginx reads them",
      fix: [`ssh ubuntu@203.0.113.7 sudo iptables ${rule.replace("-A", "-D")}`],
    });
  });
});

describe("the way is not blamed", () => {
  test("where nginx does not answer the host itself", () => {
    const loopback = inside.loopback.map((each) => ({ ...each, answer: "silence" }));
    const { verdict } = judge(seen({ sizes: sizes(false, false, false) }, { loopback }));
    expect(verdict?.cause).not.toMatch(/between this machine/);
  });

  test("where only a client with a token waits: the backend may wait as well", () => {
    const silent = failing({ hop: "upgrade", cause: "silence", seen: { url: "ws://x/ws", waitedMs: 5000 } });
    const flows = silent.flows.map((each) => ({ ...each, plainOpen: "held" as const }));
    expect(judge(seen({ flows, sizes: sizes(true, true, true) })).verdict?.cause).toBe("silence");
  });

  test("where an answer came that the client did not want", () => {
    const refused = failing({ hop: "upgrade", cause: "403", seen: { url: "ws://x/ws", status: 403 } });
    expect(judge(seen({ flows: refused.flows })).verdict?.cause).toBe("403");
  });

  test("by a rule of the host's own while every client passes", () => {
    const firewall = { ...inside.firewall, drops: ["-A INPUT -m length --length 9000:65535 -j DROP"] };
    expect(judge({ ...healthy, inside: { ...inside, firewall } }).healthy).toBe(true);
  });
});
