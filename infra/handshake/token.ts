import { SignJWT } from "jose";

/** Whose token it is. */
export interface Account {
  /** The user's id: claim `sub`. */
  sub: string;
  name: string;
}

/**
 * A token for the handshake and for trying out: JWT, HS256, as the example backend wants it.
 *
 * It is valid until the end of the month after next (UTC), at least two months, and the same for the whole calendar
 * month: it is part of a stack output, and an output that differed at each `up` would show a change where nothing
 * changed. HS256 has no randomness, so the claims alone decide.
 *
 * @example
 * const token = await testToken(secret, { sub: "2", name: "lzc2005" }, new Date());
 */
export async function testToken(secret: string, { sub, name }: Account, now: Date): Promise<string> {
  return signed(secret, { sub, name }, firstOfMonth(now, 0), firstOfMonth(now, 3));
}

/** The same for as long as the secret is: until the end of the century. Only for where the secret itself lies. */
export async function lastingToken(secret: string, account: Account): Promise<string> {
  return signed(secret, account, Date.UTC(2020) / 1000, Date.UTC(2100) / 1000);
}

async function signed(secret: string, { sub, name }: Account, from: number, to: number): Promise<string> {
  if (secret === "") throw new Error("the token's secret is empty: expected the TOKEN_SECRET of the backend");
  return new SignJWT({ name })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(sub)
    .setIssuedAt(from)
    .setExpirationTime(to)
    .sign(new TextEncoder().encode(secret));
}

/** The first second of the month that comes so many months after this one, in seconds since 1970. */
function firstOfMonth(now: Date, later: number): number {
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later, 1) / 1000;
}
