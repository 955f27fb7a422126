import { effective, own, upstreamsOf } from "../../../infra/nginx/serving.ts";
import { speaksWebSocket } from "./offered.ts";
import { worry } from "./rule.ts";
import { answer, isGeneral, mend, place, textRule } from "./served.ts";
import { shortPatience } from "./timeouts.ts";

const wrongLocation = textRule((seen, serving, path) => {
  const passes = own(serving.location, "proxy_pass");
  const early = path !== "/" && speaksWebSocket(seen) && shortPatience(serving);
  if (passes && !(isGeneral(serving) && early)) return undefined;
  return {
    cause: `no location of nginx passes ${path} to the backend: ${place(serving)} answers it`,
    evidence: [place(serving), ...answer(seen)],
    fix: mend(seen, `add "location ${path}" with "proxy_pass http://127.0.0.1:${seen.inside?.backend.port}"`),
    worry: passes ? worry.later : worry.down,
  };
});

const wrongUpstream = textRule((seen, serving, path) => {
  const pass = own(serving.location, "proxy_pass")?.[0] ?? "";
  const port = seen.inside?.backend.port;
  const upstreams = upstreamsOf(serving, pass);
  if (
    pass === "" ||
    pass.includes("$") ||
    upstreams.some((each) => each.endsWith(`:${port}`) || each.startsWith("unix:"))
  )
    return undefined;
  return {
    cause: `nginx passes ${path} to ${upstreams.join(", ")}, and the backend's port is ${port}`,
    evidence: [`proxy_pass ${pass}; ${place(serving)}`, ...answer(seen)],
    fix: mend(seen, `pass it to 127.0.0.1:${port}`),
    worry: worry.down,
  };
});

const headers = textRule((seen, serving) => {
  if (!speaksWebSocket(seen)) return undefined;
  const set = new Map(
    effective(serving, "proxy_set_header").map(([name = "", ...value]) => [
      name.toLowerCase(),
      value.join(" "),
    ]),
  );
  const missing = [
    ...(/\$http_upgrade|websocket/i.test(set.get("upgrade") ?? "")
      ? []
      : ["proxy_set_header Upgrade $http_upgrade"]),
    ...(/upgrade|\$/i.test(set.get("connection") ?? "") ? [] : ["proxy_set_header Connection upgrade"]),
    ...(Number(effective(serving, "proxy_http_version")[0]?.[0] ?? "1.0") >= 1.1
      ? []
      : ["proxy_http_version 1.1"]),
    // Which name the backend is to see is up to whoever made the host.
    ...(set.has("host") || seen.inside?.nginx.deployedSite === undefined
      ? []
      : ["proxy_set_header Host $host"]),
  ];
  if (missing.length === 0) return undefined;
  return {
    cause: `nginx does not hand the upgrade on: the site lacks ${missing.join(", ")}`,
    evidence: [place(serving), ...answer(seen)],
    fix: mend(seen, `add ${missing.map((line) => `"${line};"`).join(", ")}`),
    worry: missing.some((line) => /Upgrade|Connection/.test(line)) ? worry.down : worry.later,
  };
});

/** What the location for the backend must do, and does not. */
export const locationRules = [wrongLocation, wrongUpstream, headers];
