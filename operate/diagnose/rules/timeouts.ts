import { effective, type Serving, seconds } from "../../../infra/nginx/serving.ts";
import type { Observations } from "../observations.ts";
import { speaksWebSocket } from "./offered.ts";
import { worry } from "./rule.ts";
import { mend, place, textRule } from "./served.ts";

/** nginx's default for `proxy_read_timeout`: a connection that is silent for so long is cut. */
const patience = 60;

const timeoutOf = (serving: Serving, name: string) => {
  const value = effective(serving, name)[0]?.[0];
  return { name, value, seconds: value === undefined ? patience : seconds(value) };
};

/** The timeout by which a silent WebSocket is cut early, if any is. */
export const shortPatience = (serving: Serving) =>
  [timeoutOf(serving, "proxy_read_timeout"), timeoutOf(serving, "proxy_send_timeout")].find(
    (each) => each.seconds <= patience,
  );

const timeouts = textRule((seen, serving) => {
  const short = shortPatience(serving);
  if (!short || !speaksWebSocket(seen) || deployedSo(seen, short)) return undefined;
  return {
    cause: `a WebSocket that is silent for ${short.seconds} s is cut: ${short.name} ${short.value === undefined ? "is missing, and nginx's default is 60s" : `is ${short.value}`}`,
    evidence: [`${short.name} ${short.value ?? "(default) 60s"}; ${place(serving)}`],
    fix: mend(seen, `set "${short.name} 86400s;"`),
    worry: worry.later,
  };
});

/** Whoever configured so short a time wants it. */
const deployedSo = ({ inside }: Observations, { name, value }: { name: string; value: string | undefined }) =>
  value !== undefined && inside?.nginx.deployedSite?.includes(`${name} ${value};`) === true;

export const timeoutRules = [timeouts];
