import { describe, expect, it, test } from "vitest";
import { judge } from "../../../../operate/diagnose/judge.ts";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import type { Outside, TlsSeen } from "../../../../operate/diagnose/outside/observed.ts";
import { diagnosisText, exitCode } from "../../../../operate/diagnose/report.ts";
import { optionTarget } from "../../../../operate/target/option-target.ts";
import { failing, healthy, inside, outside } from "./support/healthy.ts";

const { inside: _, ...unseen } = healthy;
const target = { ...healthy.target, ...(await optionTarget({ url: ["wss://geo.example/ws?token=bad"] })) };
const seen = (changes: Partial<Observations>): Observations => ({ ...unseen, target, ...changes });

test("the host is named again as it was, without a token; what brings it up is for whoever deployed it", async () => {
  const { named, up } = await optionTarget({
    ...{ host: "10.0.0.7", url: ["ws://a/ws?token=x", "wss://a/ws"], user: "me", port: "2222" },
    hostKey: "ssh-ed25519 AAAA",
  });
  expect(named).toBe(
    "--url ws://a/ws --url wss://a/ws --host 10.0.0.7 --user me --port 2222 --host-key 'ssh-ed25519 AAAA'",
  );
  expect(up).toBe("# whoever deployed this host: pulumi up, in the stack that it belongs to");
});

describe("a CA that is not known here", () => {
  const problem = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
  const served = (changes: Partial<TlsSeen> = {}): Outside => ({
    ...failing({ hop: "tls", cause: "not trusted", seen: { url: "wss://geo.example/ws", code: problem } }),
    tls: { ...(outside.tls as TlsSeen), problem, ...changes },
  });

  it("is asked for, and given by --ca", () => {
    expect(judge(seen({ outside: served() })).verdict).toMatchObject({
      hop: "certificate",
      fix: [
        "# whoever deployed this host: npm run -s pulumi -- stack output caCertificate > ca.pem",
        "npm run diagnose -- --url wss://geo.example/ws --ca ca.pem",
      ],
      worry: "Not known: clients that were given its CA connect, others do not.",
    });
  });

  it("is not all that is wrong with a certificate that has expired, or is for another name", () => {
    for (const wrong of [{ ends: Date.now() - 1000 }, { otherName: true }])
      expect(judge(seen({ outside: served(wrong) })).verdict?.fix).toEqual([target.up]);
  });

  it("takes the place of another one that was given", () => {
    const named = `${target.named} --ca 'my ca.pem' --site x`;
    expect(judge(seen({ target: { ...target, named }, outside: served() })).verdict?.fix.at(-1)).toBe(
      "npm run diagnose -- --url wss://geo.example/ws --site x --ca ca.pem",
    );
  });

  it("is a fault where a stack is known", () => {
    const { verdict } = judge(seen({ target: healthy.target, outside: served() }));
    expect(verdict?.fix).toEqual(["npm run up"]);
  });
});

describe("a token that is refused", () => {
  const refused = failing({ hop: "token", cause: "refused", seen: { url: "ws://x/ws", closeCode: 1008 } });
  const unauthorized = failing({ hop: "upgrade", cause: "401", seen: { url: "ws://x/ws", status: 401 } });

  it("is the caller's own, and no outage", () => {
    const diagnosis = judge(seen({ outside: refused }));
    expect(diagnosis.verdict?.cause).toMatch(/^the token that was given is refused: it has expired/);
    expect(diagnosis.verdict?.fix.at(-1)).toBe(
      "# GEO_SYSTEM_TOKEN=TOKEN npm run diagnose -- --url wss://geo.example/ws",
    );
    expect(exitCode(diagnosis)).toBe(2);
    expect(diagnosisText(diagnosis, false)).toContain("Could not see past token: the token that was given");
    expect(diagnosisText(diagnosis, false)).toContain("worry: Not known: it is this token that is refused");
  });

  it("may be refused by nginx, where the host could not be checked", () => {
    const cause = (showsToken: boolean) =>
      judge(seen({ outside: { ...unauthorized, client: { ...outside.client, showsToken } } })).verdict?.cause;
    expect(cause(true)).toMatch(/, or nginx refuses by its own auth_basic$/);
    expect(cause(false)).toBe(
      "no token was given, and one is wanted, or nginx refuses by its own auth_basic",
    );
  });

  it("is an outage where the backend runs with other secrets than were deployed", () => {
    const backend = { ...inside.backend, environment: "e2" };
    const diagnosis = judge(seen({ outside: refused, inside: { ...inside, backend } }));
    expect(diagnosis.verdict?.cause).toMatch(/it runs with other secrets than were deployed/);
    expect(exitCode(diagnosis)).toBe(1);
  });
});

test("what keeps one from logging in is put right by options", () => {
  const fix = (next: string) =>
    judge(seen({ ssh: { hop: "login", cause: "no agent", seen: [], next } })).verdict?.fix;
  expect(fix("Start one\nOr use npm run up, which")).toEqual([
    "# Start one",
    "# Or name its file: --identity FILE",
  ]);
  expect(fix("accept it:\n  npx pulumi config set hostKey 'ssh-ed25519 A'")).toEqual([
    ...["# accept it:", "# --host-key 'ssh-ed25519 A'"],
  ]);
});
