import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./resource.ts";

/** The engine's log, opened at the first message. Without an address messages go nowhere. */
export class EngineLog {
  #client: engineService.EngineClient | undefined;
  #address: string | undefined;

  constructor(address: string | undefined) {
    this.#address = address;
  }

  /** Sends what comes from now on to the engine at this address (`host:port`). */
  attach(address: string): void {
    this.#address = address;
    this.#client = undefined;
  }

  /** The log of one resource. Messages arrive in the order in which they were given. */
  for(urn: string): Log {
    let last: Promise<void> = Promise.resolve();
    const queue = (severity: messages.LogSeverity, message: string, ephemeral: boolean) => {
      last = last.then(() => this.#send(request(urn, severity, message, ephemeral)));
      return last;
    };
    return {
      status: (message) => queue(messages.LogSeverity.INFO, message, true),
      warning: (message) => queue(messages.LogSeverity.WARNING, message, false),
      error: (message) => queue(messages.LogSeverity.ERROR, message, false),
    };
  }

  #send(message: messages.LogRequest): Promise<void> {
    if (!this.#address) return Promise.resolve();
    this.#client ??= new engineService.EngineClient(this.#address, credentials.createInsecure());
    const client = this.#client;
    // A log line that the engine no longer takes (it is going away) must not fail the operation.
    return new Promise((resolve) => client.log(message, () => resolve()));
  }
}

function request(urn: string, severity: messages.LogSeverity, message: string, ephemeral: boolean) {
  const log = new messages.LogRequest();
  log.setUrn(urn);
  log.setSeverity(severity);
  log.setMessage(message);
  log.setEphemeral(ephemeral);
  return log;
}
