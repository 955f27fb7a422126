import type { Client } from "../client.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import { Stopped } from "../seen.ts";
import { inUsualPlace, type OpeningOptions, openingOf } from "./opening.ts";
import { pingFrameHop, provePingFrame } from "./pings.ts";

/** A backend that wants something from its clients has closed the connection by then. */
const quietMs = 1_000;

/**
 * What holds for every WebSocket server: the URL opens, stays open for a second, answers a ping frame with a pong
 * frame, and closes cleanly. A token, where there is one, stands in the URL. Whether it is checked, what clients say
 * and what they see of each other is not asked.
 */
export function plain(options: OpeningOptions): Protocol {
  return {
    name: "plain",
    hops: { entry: [{ name: "stays open" }], proof: [pingFrameHop] },
    showsToken: true,
    enter: (way) => enter(way, options),
    prove: provePingFrame,
  };
}

/** The connection alone. For a client that cannot say what the backend wants to hear. */
export const upgradeOnly: Protocol = {
  name: "upgrade",
  hops: { entry: [], proof: [] },
  showsToken: false,
  enter: async (way) => ({ client: await way.open() }),
  prove: async () => {},
};

async function enter(way: Way, options: OpeningOptions): Promise<Session> {
  const client = await way.open(openingOf(way, withTokenInUrl(way, options)));
  await staysOpen(client);
  way.pass();
  return { client };
}

/** Where nothing says how the token is shown. A URL that has one already keeps it. */
function withTokenInUrl(way: Way, options: OpeningOptions): OpeningOptions {
  if (!inUsualPlace(way, options) || way.url.searchParams.has("token")) return options;
  return { ...options, query: { ...options.query, token: "${token}" } };
}

async function staysOpen(client: Client): Promise<void> {
  await client.stay(quietMs).catch((error) => {
    if (error instanceof Stopped) error.seen.expected = "nothing from the client, and an open connection";
    throw error;
  });
}
