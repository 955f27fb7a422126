import { readConfiguration } from "../../../infra/nginx/configuration.ts";
import { type Serving, servingOf } from "../../../infra/nginx/serving.ts";
import type { Observations } from "../observations.ts";
import { putBack, reloadNginx } from "./fix.ts";
import { isSentOnToTls, isStrangePath, isStrangePort } from "./offered.ts";
import type { Finding, Rule } from "./rule.ts";

/** What nginx would choose for a client's request on each of the addresses; of the first that it would serve wrongly. */
export function served(
  seen: Observations,
): { serving: Serving | undefined; url: URL; path: string; port: number }[] {
  const tree = readConfiguration(seen.inside?.nginx.configuration ?? "");
  const urls = seen.target.urls
    .map((each) => new URL(each))
    .filter((url) => !isStrangePort(seen, url) && !isSentOnToTls(seen, url));
  return urls.map((url) => {
    const port = Number(url.port) || (url.protocol === "wss:" ? 443 : 80);
    return {
      ...{ url, path: url.pathname, port },
      serving: servingOf(tree, {
        ...{ host: url.hostname, port, path: url.pathname },
        address: seen.outside.name.addresses[0],
      }),
    };
  });
}

/** Rules about the text need nginx to have one that it accepts. */
export const readable = ({ inside }: Observations) =>
  inside?.nginx.valid === true && inside.nginx.configuration !== "";

export const file = ({ target }: Observations) => `/etc/nginx/sites-available/${target.site}`;

export function mend(seen: Observations, byHand: string): string[] {
  if (seen.inside?.nginx.deployedSite !== undefined) return [putBack(seen.target, "site")];
  return [`# by hand: ${byHand}, in ${file(seen)}, and then:`, reloadNginx(seen.target)];
}

/** What a client was answered, where it was answered. */
export const answer = ({ outside }: Observations) => {
  const failed = outside.flows.find(({ failure }) => failure?.seen.status !== undefined)?.failure;
  return failed ? [`a client is answered ${failed.seen.status}`] : [];
};

/** One request to the address that serves the wrong text. */
export const textRule =
  (
    look: (
      seen: Observations,
      serving: Serving,
      path: string,
    ) => Omit<Finding, "hop" | "severity"> | undefined,
  ): Rule =>
  (seen) => {
    if (!readable(seen)) return undefined;
    for (const { serving, url, path } of served(seen)) {
      const found = serving && !isStrangePath(seen, url) && look(seen, serving, path);
      if (found) return { hop: "site", severity: "fail", ...found };
    }
    return undefined;
  };

/** Where nginx's configuration decides it. */
export const place = ({ location, server }: Serving) =>
  `${location ? `location ${location.values.join(" ")}` : "no location"} in ${server.file}`;
export const isGeneral = ({ location }: Serving) => location === undefined || location.values.at(-1) === "/";
