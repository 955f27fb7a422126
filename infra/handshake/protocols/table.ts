// Without the checks of the configuration: this is part of the program on the host.
import type { Handshake } from "../handshake.ts";
import type { PresetName, PresetOptions } from "../preset-options.ts";
import type { Protocol } from "../protocol.ts";
import { exampleScript } from "./example-script.ts";
import { graphqlWs } from "./graphql-ws.ts";
import { http } from "./http.ts";
import { mqtt } from "./mqtt.ts";
import { phoenix } from "./phoenix.ts";
import { plain } from "./plain.ts";
import { scripted } from "./script.ts";
import { signalr } from "./signalr.ts";
import { socketIo } from "./socket-io.ts";
import { stomp } from "./stomp.ts";
import { yjs } from "./yjs.ts";

/** Every protocol that the configuration knows by name. */
const protocols: { [Name in PresetName]: (options: PresetOptions<Name>) => Protocol } = {
  plain,
  "socket.io": socketIo,
  "graphql-ws": graphqlWs,
  mqtt,
  yjs,
  stomp,
  signalr,
  phoenix,
  http,
  example: () => scripted("example", exampleScript),
};

/** The protocol that a handshake describes. */
export function protocolOf(handshake: Handshake): Protocol {
  if (!("preset" in handshake)) return scripted("script", handshake);
  const { preset, ...options } = handshake;
  const make = protocols[preset] as (options: unknown) => Protocol;
  return make(options);
}
