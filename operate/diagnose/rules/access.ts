import type { Observations } from "../observations.ts";
import { on } from "./fix.ts";
import { afterCrash, inside, serves } from "./pm2.ts";
import { worry } from "./rule.ts";

/*
 * What keeps pm2's user from the things that it needs: pm2 calls such an application online, or does not start, and says
 * why in no log of the application.
 */

// On a host that this package did not set up Node may be on the path of its user's login shell alone.
const nodeBroken = inside(({ target, inside }, { nodeBroken: said }) =>
  said !== undefined && !serves(inside) && inside.deployed.includes("packages")
    ? {
        cause: `Node does not run on the host: ${said || "it ends at once"}`,
        evidence: [`node --version: ${said}`],
        fix: [target.up],
        worry: worry.down,
      }
    : undefined,
);

const forbidden = inside(({ target, inside }, { forbidden: path, user }) =>
  path !== undefined && !serves(inside)
    ? {
        cause: `${user} may not enter ${path}, and so pm2 cannot start the backend`,
        evidence: [`${path}: no right to enter it for ${user}`],
        fix: [on(target, `sudo chmod a+rx ${path} && ${afterCrash(inside)}`)],
        worry: worry.down,
      }
    : undefined,
);

/** Mostly a `sudo pm2 …`, or a copy by root. */
const foreign = inside(({ target, inside }, { foreign: path, user, home }) =>
  path !== undefined && !serves(inside)
    ? {
        cause: `${path} does not belong to ${user}, and so pm2 does not start`,
        evidence: [`${path}: its owner is not ${user}`, ...unitOf(inside)],
        fix: [
          on(target, `sudo chown -R ${user}: ${home}/.pm2`),
          on(target, `sudo systemctl reset-failed pm2-${user}`),
          on(target, `sudo systemctl restart pm2-${user}`),
        ],
        worry: worry.down,
      }
    : undefined,
);

const unitOf = ({ units }: NonNullable<Observations["inside"]>) =>
  units
    .filter(({ name }) => name.startsWith("pm2-"))
    .map(({ name, active, sub }) => `systemctl: ${name} ${active}, ${sub}`);

export const accessRules = [nodeBroken, forbidden, foreign];
