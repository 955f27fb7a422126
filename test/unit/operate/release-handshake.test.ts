import { expect, it } from "vitest";
import { parseHandshake } from "../../../infra/handshake/handshake.ts";
import { handshakeOfRelease } from "../../../operate/rollback/release-handshake.ts";

const host = (code: number, stdout: string) => ({ exec: async () => ({ code, stdout }) });

it("a release is proven by the handshake that it had, not by the stack's of today", async () => {
  const plain = parseHandshake("plain");
  const kept = JSON.stringify({ handshake: plain, timeoutMs: 10_000 });
  expect(await handshakeOfRelease(host(0, kept), "7fda5df4c117")).toEqual(plain);
});

it("a version that kept none leaves it to the configuration", async () => {
  expect(await handshakeOfRelease(host(1, ""), "7fda5df4c117")).toBeUndefined();
});

it("what is no handshake is named, with its path", async () => {
  await expect(handshakeOfRelease(host(0, "[]"), "7fda5df4c117")).rejects.toThrow(
    '/var/lib/geo-system/backend/releases/7fda5df4c117/handshake: expected {"handshake": …}, found []',
  );
});
