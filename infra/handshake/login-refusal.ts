import type { Seen } from "./seen.ts";

/** Close codes that say it: the policy of RFC 6455, the two registered for it, and those of common libraries. */
const codes = [1008, 3000, 3003, 4401, 4403];
const words = /unauth|authori[sz]|forbidden|token|login|logged|credential|jwt|not allowed/i;

/** Whether the backend turned a client away for who it is, by what it said in refusing it. */
export function isLoginRefusal(
  seen: Pick<Seen, "closeCode" | "closeReason" | "status" | "refused">,
): boolean {
  const { closeCode = 0, closeReason = "", status, refused = "" } = seen;
  return (
    status === 401 ||
    codes.includes(closeCode) ||
    (closeCode >= 3000 && words.test(closeReason)) ||
    words.test(refused)
  );
}
