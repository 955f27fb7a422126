import { EventEmitter, once } from "node:events";
import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

export interface Message {
  severity: "debug" | "info" | "warning" | "error";
  text: string;
  /** Shown beside the resource only until the next one. */
  ephemeral: boolean;
}

/** What a plug-in sees of the engine: a place to say things to the operator. */
export class Engine implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly #heard = new EventEmitter();
  readonly #server = new Server();
  address = "";

  static async start(): Promise<Engine> {
    const engine = new Engine();
    const log: handleUnaryCall<LogRequest, empty.Empty> = ({ request }, done) => {
      engine.messages.push(read(request));
      engine.#heard.emit(request.getMessage());
      done(null, new empty.Empty());
    };
    engine.#server.addService(services.EngineService as never, { log });
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      engine.#server.bindAsync("127.0.0.1:0", insecure, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    engine.address = `127.0.0.1:${port}`;
    return engine;
  }

  /** Resolves when this message arrives. */
  async message(text: string): Promise<void> {
    await once(this.#heard, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}

function read(request: LogRequest): Message {
  const severities = ["debug", "info", "warning", "error"] as const;
  const severity = severities[request.getSeverity()] ?? "error";
  return { severity, text: request.getMessage(), ephemeral: request.getEphemeral() };
}
