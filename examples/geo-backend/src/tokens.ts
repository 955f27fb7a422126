import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";

// Pinned: a token must not choose how it is verified.
const algorithm = "HS256";

export interface User {
  id: string;
  name: string;
}

export interface Identity {
  user: User;
  /** Milliseconds since 1970: a connection ends with the token that opened it. */
  expiresAt: number;
}

/** The token is not one of ours, or no longer; the message may be shown to the user. */
export class BadToken extends Error {
  override name = "BadToken";
}

export type Verify = (token: string) => Promise<Identity>;

/**
 * A function that says whose token it is.
 *
 * @throws BadToken (the function) when the signature, the algorithm, a claim or the time is wrong
 */
export function tokenVerifier(secret: string): Verify {
  const key = new TextEncoder().encode(secret);
  const rules = { algorithms: [algorithm], requiredClaims: ["sub", "name", "exp"], clockTolerance: 30 };
  return async (token) => {
    const { payload } = await jwtVerify(token, key, rules).catch((error: unknown) => {
      throw new BadToken(reason(error));
    });
    return identity(payload);
  };
}

/**
 * Signs a token.
 *
 * @param expires a time from now: `30d`, `12h`, `90s`
 * @example await signToken(secret, { id: "2", name: "lzc2005" }, "30d")
 */
export function signToken(secret: string, { id, name }: User, expires: string): Promise<string> {
  return new SignJWT({ name })
    .setProtectedHeader({ alg: algorithm })
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

/** Ids name folders and both stand in log lines, so neither may hold what a path or a line cannot. */
export function isUser({ id, name }: { id: unknown; name: unknown }): boolean {
  const isId = typeof id === "string" && /^[\x21-\x7e]{1,64}$/.test(id);
  return isId && typeof name === "string" && /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(name);
}

function identity({ sub, name, exp }: JWTPayload): Identity {
  if (!isUser({ id: sub, name })) throw new BadToken("the token names no user");
  return { user: { id: sub as string, name: name as string }, expiresAt: (exp as number) * 1000 };
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is wrong";
  if (error instanceof errors.JOSEAlgNotAllowed) return `the token is not signed with ${algorithm}`;
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's claim ${error.claim} is wrong`;
  if (error instanceof errors.JOSEError) return "this is not a token";
  throw error;
}
