import { pulumiLine } from "../pulumi-command.ts";
import { backendLog, type HostNames, type Reading, stepCheck } from "./advice.ts";
import { isLoginRefusal } from "./login-refusal.ts";
import { instead, type Seen } from "./seen.ts";

/** The connection stood and was closed before the script was through. */
export function closeFailure(hop: string, seen: Seen, names: HostNames): Reading {
  const { closeCode = 1006, closeReason } = seen;
  const next = backendLog(names);
  const code = closeReason ? `${closeCode} ${closeReason}` : `${closeCode}`;
  switch (closeCode) {
    case 1006:
      return broken(hop, seen, names);
    case 1008:
      if (/\btoo many\b|rate limit/i.test(closeReason ?? ""))
        return {
          cause: `the backend turned this account away (${code}), not its token`,
          next,
        };
      return { cause: refused(code, seen), next };
    case 1009:
      return { cause: `the backend found a message too big (${code})`, next };
    case 1011:
      return { cause: `the backend failed (${code})`, next };
    case 1001:
    case 1012:
      return {
        cause: `the backend is restarting (${code})`,
        next: `${pulumiLine("up")}, once more; if it stays so: ${next}`,
      };
    case 1013:
      return { cause: `the backend has no room for another connection (${code})`, next };
    default:
      if (isLoginRefusal(seen)) return { cause: refused(code, seen), next };
      if (hop === "stays open") return { cause: tooEarly(code, seen), next };
      return {
        cause: `the backend closed the connection (${code}) where ${hop} was due${instead(seen)}`,
        next,
      };
  }
}

/** Of a client that says nothing. */
function tooEarly(code: string, { openMs = 0 }: Seen): string {
  return `the backend closed the connection (${code}) after ${Math.round(openMs / 100) / 10} s: it wants something from its clients that this handshake does not send; set handshake to what they speak, see docs/handshake.md`;
}

/** A policy of the backend's own; where a client showed a token, that is the likeliest. */
function refused(code: string, { showedToken, openMs = 0 }: Seen): string {
  if (showedToken === false)
    return `the backend closed the connection (${code}) after ${Math.round(openMs / 100) / 10} s: it wants a token, or a login, that this handshake does not show; see docs/handshake.md`;
  return `the backend refused the token (${code}): it has expired, or was signed with another secret than the backend's`;
}

/** No close frame: something on the way cut it. Exactly a minute is nginx's default timeout. */
function broken(hop: string, { openMs = 0, message, ...seen }: Seen, names: HostNames): Reading {
  const seconds = Math.round(openMs / 100) / 10;
  if (openMs >= 59_000 && openMs <= 62_000) {
    return {
      cause: `the connection was cut after ${seconds} s (1006): proxy_read_timeout has its default of 60 s`,
      next: stepCheck(names, "site"),
    };
  }
  return {
    cause: `the connection broke after ${seconds} s (1006${message ? `, ${message}` : ""}) where ${hop} was due: the backend crashed, or nginx dropped it${instead(seen)}`,
    next: backendLog(names),
  };
}
