import { acme } from "./acme.ts";
import { answers } from "./answers.ts";
import { apple } from "./apple.ts";
import { browser } from "./browser.ts";
import { clientCode } from "./client-code.ts";
import { closeCodes, tlsClose } from "./close-codes.ts";
import { ends, heartbeat } from "./connection.ts";
import { graphqlWs } from "./graphql-ws.ts";
import { hostPrograms } from "./host-programs.ts";
import type { Meaning } from "./meaning.ts";
import { mqtt } from "./mqtt.ts";
import { network, tls } from "./network.ts";
import { nginxLines } from "./nginx.ts";
import { nginxClients } from "./nginx-clients.ts";
import { startLines } from "./nginx-start.ts";
import { ownCodes } from "./own-codes.ts";
import { socketIo } from "./socket-io.ts";
import { ssh } from "./ssh.ts";

/**
 * The usual messages of browsers, phones, libraries and servers. The first that fits is meant, so the most telling
 * words come first: what a CA or a server's log says, what a protocol says, and last the general words, with which a browser
 * hides from a page why a connection failed.
 */
export const messages: readonly Meaning[] = [
  ...acme,
  ...nginxLines,
  ...nginxClients,
  ...startLines,
  ...ssh,
  ...hostPrograms,
  ...browser,
  ...clientCode,
  ...heartbeat,
  ...mqtt,
  ...socketIo,
  ...graphqlWs,
  tlsClose,
  ...tls,
  ...apple,
  ...network,
  ...closeCodes,
  ...ownCodes,
  ...answers,
  ...ends,
];
