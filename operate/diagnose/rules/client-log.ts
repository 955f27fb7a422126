import { backendLog } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

/** The first of the operators' own rules: no record of a connection means that the service is down. */
const noTraces: Rule = ({ outside: { missingLines }, inside, target }) =>
  // It is pm2 that writes the log.
  missingLines && missingLines.length > 0 && !inside?.backend.silentPm2
    ? {
        ...{ hop: "log", severity: "warn" },
        cause:
          "a client went all the way, and the backend's log does not show it: it logs elsewhere, or not at all",
        evidence: missingLines.map((line) => `no line like ${line}`),
        fix: [backendLog(target)],
        worry: worry.soon,
      }
    : undefined;

/** Also where a client without any gets in: whoever showed a token counts on it. */
const anyToken: Rule = ({ outside: { wrongToken }, target }) =>
  wrongToken === "accepted" || wrongToken === "not wanted"
    ? {
        ...{ hop: "wrong token", severity: "warn" },
        cause: "any token is let in: the backend lets in a client with a wrong one",
        evidence: [
          wrongToken === "accepted"
            ? "a client with a wrong token got in like one with the right token"
            : "a client with a wrong token got in, and so did one without any",
        ],
        fix: [backendLog(target)],
        worry: "Yes: anybody can connect.",
      }
    : undefined;

export const traceWarnings = [anyToken, noTraces];
