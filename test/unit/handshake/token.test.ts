import { jwtVerify } from "jose";
import { expect, test } from "vitest";
import { testToken } from "../../../infra/handshake/token.ts";

const secret = "a secret of the backend";
const account = { sub: "2", name: "lzc2005" };
const at = (time: string) => testToken(secret, account, new Date(time));

test("the backend's secret verifies it, and it names the account", async () => {
  const now = new Date("2026-11-15T12:00:00Z");
  const token = await testToken(secret, account, now);
  const key = new TextEncoder().encode(secret);
  const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"], currentDate: now });
  expect(payload).toMatchObject({ sub: "2", name: "lzc2005" });
  expect(new Date((payload.exp ?? 0) * 1000).toISOString()).toBe("2027-02-01T00:00:00.000Z");
});

test("it is the same for a whole month and another in the next one", async () => {
  const first = await at("2026-03-01T00:00:00Z");
  expect(await at("2026-03-31T23:59:59Z")).toBe(first);
  expect(await at("2026-04-01T00:00:00Z")).not.toBe(first);
});

test("an empty secret is refused", async () => {
  await expect(testToken("", account, new Date())).rejects.toThrow(
    "the token's secret is empty: expected the TOKEN_SECRET of the backend",
  );
});
