import type { Client } from "../../../infra/handshake/client.ts";
import type { Protocol, Way, WayOpening } from "../../../infra/handshake/protocol.ts";
import { plain, upgradeOnly } from "../../../infra/handshake/protocols/plain.ts";

/** Ends what a protocol does once its connection stands. */
class Opened extends Error {}

/** A client that opens its connection as the protocol does, by its path, query and subprotocol, and then says nothing. */
export const openingOnly = (protocol: Protocol): Protocol =>
  protocol.http
    ? protocol
    : { ...upgradeOnly, enter: async (way) => ({ client: await opened(protocol, way) }) };

/** The same, as {@link plain} has it: held for a second, and answered a ping frame. */
export function silentClient(protocol: Protocol): Protocol {
  const silent = plain({});
  return {
    ...silent,
    enter: (way) => silent.enter({ ...all(way), token: "", open: () => opened(protocol, way) }),
  };
}

async function opened(protocol: Protocol, way: Way): Promise<Client> {
  let client: Client | undefined;
  const open = async (opening?: Partial<WayOpening>): Promise<Client> => {
    client = await way.open(opening);
    throw new Opened();
  };
  await protocol.enter({ ...all(way), open, pass: () => {} }).catch((error: unknown) => {
    if (!(error instanceof Opened)) throw error;
  });
  return client ?? way.open();
}

/** Its members, those of a class among them. */
const all = (way: Way): Way => ({
  token: way.token,
  timeoutMs: way.timeoutMs,
  get url() {
    return way.url;
  },
  open: (opening) => way.open(opening),
  request: (question) => way.request(question),
  pass: (detail) => way.pass(detail),
  atEnd: (work) => way.atEnd(work),
});
