import type { Seen } from "./clients.ts";

/** What all processes saw, as one. */
export function together(parts: readonly Seen[]): Seen {
  const closed: Record<string, number> = {};
  for (const part of parts)
    for (const [code, times] of Object.entries(part.closed)) closed[code] = (closed[code] ?? 0) + times;
  const sum = (of: "refused" | "failed" | "connected") => parts.reduce((total, part) => total + part[of], 0);
  return {
    closed,
    firstClosed: Math.min(...parts.map(({ firstClosed }) => firstClosed || Number.POSITIVE_INFINITY)),
    lastClosed: Math.max(...parts.map(({ lastClosed }) => lastClosed)),
    lastBack: Math.max(...parts.map(({ lastBack }) => lastBack)),
    ...{ refused: sum("refused"), failed: sum("failed"), connected: sum("connected") },
    why: parts.map(({ why }) => why).find(Boolean) ?? "",
    handshakes: parts.flatMap(({ handshakes }) => handshakes),
    back: parts.flatMap(({ back }) => back),
  };
}
