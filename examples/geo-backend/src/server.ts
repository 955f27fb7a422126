// The entry. In the order of a connection's life:
//   configuration.ts  the environment             upgrade.ts    who may connect
//   backend.ts        listens, and stops          session.ts    one connection, its messages
//   page.ts           the page and /healthz       account.ts    topics, shared by an account's windows
//   heartbeat.ts      finds dead connections      topics.ts     topics, on disk
//   shutdown.ts       signals                     messages.ts   the protocol
import { startBackend } from "./backend.ts";
import { readConfiguration } from "./configuration.ts";
import { consoleLog } from "./log.ts";
import { handOverOnSignal, stopOnSignals } from "./shutdown.ts";
import { explain } from "./start-error.ts";

try {
  const configuration = readConfiguration(process.env);
  const backend = await startBackend(configuration, consoleLog);
  handOverOnSignal(backend, consoleLog);
  stopOnSignals(backend, consoleLog, configuration.shutdownTimeout);
  consoleLog.info(`[geo-backend] Listening on ${configuration.host}:${backend.port}`);
  process.send?.("ready");
} catch (error) {
  const { message, exitCode } = explain(error);
  consoleLog.error(`[geo-backend] Cannot start.\n${message}`);
  process.exit(exitCode);
}
