import { posix } from "node:path";
import { readConfiguration } from "../nginx/configuration.ts";
import { effective, own, type Serving, seconds, servingOf, upstreamsOf } from "../nginx/serving.ts";
import type { Observations } from "../observations.ts";
import { on, putBack, reloadNginx } from "./fix.ts";
import { nginxUnit } from "./nginx.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

/** nginx's default for `proxy_read_timeout`: a connection that is silent for so long is cut. */
const patience = 60;

/** What nginx would choose for a client's request on each of the addresses; of the first that it would serve wrongly. */
function served(seen: Observations): { serving: Serving | undefined; path: string; port: number }[] {
  const tree = readConfiguration(seen.inside?.nginx.configuration ?? "");
  return seen.target.urls.map((each) => {
    const url = new URL(each);
    const port = Number(url.port) || (url.protocol === "wss:" ? 443 : 80);
    return {
      path: url.pathname,
      port,
      serving: servingOf(tree, { host: url.hostname, port, path: url.pathname }),
    };
  });
}

/** Rules about the text need nginx to have one that it accepts. */
const readable = ({ inside }: Observations) =>
  inside?.nginx.valid === true && inside.nginx.configuration !== "";

const file = ({ target }: Observations) => `/etc/nginx/sites-available/${target.site}`;

function mend(seen: Observations, byHand: string): string[] {
  if (seen.inside?.nginx.deployedSite !== undefined) return [putBack(seen.target, "site")];
  return [
    `# ${byHand}, in ${file(seen)}`,
    on(seen.target, `sudo nano ${file(seen)}`),
    reloadNginx(seen.target),
  ];
}

const notEnabled: Rule = (seen) => {
  const nginx = seen.inside?.nginx;
  if (!nginx?.present || nginx.enabled === file(seen)) return undefined;
  if (nginx.site === undefined && nginx.deployedSite === undefined) return undefined;
  const link = `/etc/nginx/sites-enabled/${seen.target.site}`;
  return {
    ...{ hop: "site", severity: "fail" },
    cause:
      nginx.site === undefined
        ? `the nginx site is missing: ${file(seen)}`
        : `the nginx site is not enabled: ${link} ${nginx.enabled ? `leads to ${nginx.enabled}` : "is missing"}`,
    evidence: [`${link}: ${nginx.enabled ?? "not there"}`],
    fix:
      nginx.deployedSite !== undefined
        ? [putBack(seen.target, "site")]
        : [on(seen.target, `sudo ln -sfT ${file(seen)} ${link}`), reloadNginx(seen.target)],
    worry: worry.down,
  };
};

const nobodyListens: Rule = (seen) => {
  if (!readable(seen)) return undefined;
  const open = served(seen).find(({ serving }) => !serving);
  if (!open) return undefined;
  return {
    ...{ hop: "site", severity: "fail" },
    cause: `no server of nginx's configuration listens on port ${open.port}`,
    evidence: [`nginx -T: no "listen ${open.port}"`],
    fix: mend(seen, `add "listen ${open.port}" to the server`),
    worry: open.port === 80 ? worry.down : worry.some,
  };
};

const anotherSite: Rule = (seen) => {
  if (!readable(seen) || seen.inside?.nginx.enabled === undefined) return undefined;
  const other = served(seen).find(
    ({ serving }) => serving && posix.basename(serving.server.file) !== seen.target.site,
  );
  if (!other?.serving) return undefined;
  const { file: path } = other.serving.server;
  return {
    ...{ hop: "site", severity: "fail" },
    cause: `another site answers in the place of ${seen.target.site}: ${path}`,
    evidence: [`nginx chooses ${path} for ${seen.target.host} on port ${other.port}`, ...answer(seen)],
    fix: [
      on(
        seen.target,
        `sudo mv ${path} /etc/nginx/sites-available/ && sudo nginx -t && sudo systemctl reload nginx`,
      ),
    ],
    worry: worry.down,
  };
};

const answer = ({ outside }: Observations) => {
  const failed = outside.flows.find(({ failure }) => failure?.seen.status !== undefined)?.failure;
  return failed ? [`a client is answered ${failed.seen.status}`] : [];
};

/** One look at the text, of the address on which it goes wrong. */
const textRule =
  (
    look: (
      seen: Observations,
      serving: Serving,
      path: string,
    ) => Omit<Finding, "hop" | "severity"> | undefined,
  ): Rule =>
  (seen) => {
    if (!readable(seen)) return undefined;
    for (const { serving, path } of served(seen)) {
      const found = serving && look(seen, serving, path);
      if (found) return { hop: "site", severity: "fail", ...found };
    }
    return undefined;
  };

const place = ({ location, server }: Serving) =>
  `${location ? `location ${location.values.join(" ")}` : "no location"} in ${server.file}`;
const isGeneral = ({ location }: Serving) => location === undefined || location.values.at(-1) === "/";

const wrongLocation = textRule((seen, serving, path) => {
  const passes = own(serving.location, "proxy_pass");
  if (passes && !(isGeneral(serving) && path !== "/" && shortPatience(serving))) return undefined;
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
    ...(set.has("host") ? [] : ["proxy_set_header Host $host"]),
  ];
  if (missing.length === 0) return undefined;
  return {
    cause: `nginx does not hand the upgrade on: the site lacks ${missing.join(", ")}`,
    evidence: [place(serving), ...answer(seen)],
    fix: mend(seen, `add ${missing.map((line) => `"${line};"`).join(", ")}`),
    worry: missing.some((line) => /Upgrade|Connection/.test(line)) ? worry.down : worry.later,
  };
});

const timeoutOf = (serving: Serving, name: string) => {
  const value = effective(serving, name)[0]?.[0];
  return { name, value, seconds: value === undefined ? patience : seconds(value) };
};
const shortPatience = (serving: Serving) =>
  [timeoutOf(serving, "proxy_read_timeout"), timeoutOf(serving, "proxy_send_timeout")].find(
    (each) => each.seconds <= patience,
  );

const timeouts = textRule((seen, serving) => {
  const short = shortPatience(serving);
  if (!short || deployedSo(seen, short)) return undefined;
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

const differs: Rule = (seen) => {
  const nginx = seen.inside?.nginx;
  if (nginx?.site === undefined || nginx.deployedSite === undefined) return undefined;
  const lines = differences(nginx.deployedSite, nginx.site);
  if (lines.length === 0) return undefined;
  return {
    ...{ hop: "site", severity: "warn" },
    cause: "the nginx site is not what was deployed: somebody changed it on the host",
    evidence: lines.slice(0, 5),
    fix: [putBack(seen.target, "site")],
    worry: worry.soon,
  };
};

/** Lines that only one of them has. A host without IPv6 has no `listen [::]`. */
export function differences(deployed: string, found: string): string[] {
  const lines = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const [wanted, there] = [new Set(lines(deployed)), new Set(lines(found))];
  return [
    ...[...wanted]
      .filter((line) => !there.has(line) && !line.startsWith("listen [::]"))
      .map((line) => `- ${line}`),
    ...[...there].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
  ];
}

/** Only what nginx has read already can be why users fail. */
export const siteRules: Rule[] = [
  notEnabled,
  nobodyListens,
  anotherSite,
  wrongLocation,
  wrongUpstream,
  headers,
  timeouts,
].map(
  (rule) => (seen) => (nginxUnit(seen)?.active === "active" || rule === notEnabled ? rule(seen) : undefined),
);
export const siteWarnings = [differs];
