import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { PluginName } from "../../../sandbox/plugins/install.ts";
import { properties, struct } from "../../../sandbox/plugins/protocol/messages.ts";
import type { Properties } from "../../../sandbox/plugins/protocol/values.ts";
import { Engine } from "./engine.ts";
import { pluginUnderTest } from "./under-test.ts";

type Answer<Response> = (error: ServiceError | null, response: Response) => void;

export interface Difference {
  changes: boolean;
  /** Property path → what happens to it, e.g. `update` or `update_replace`. */
  paths: { [path: string]: string };
  replaces: boolean;
}

/** A plug-in as the engine runs it: its process, and the calls of the provider protocol. */
export class Plugin implements AsyncDisposable {
  readonly engine: Engine;
  readonly process: ChildProcess;
  readonly #client: services.ResourceProviderClient;
  /** Milliseconds from the start of the process to the line with its port. */
  readonly startup: number;

  private constructor(engine: Engine, child: ChildProcess, port: string, startup: number) {
    this.engine = engine;
    this.process = child;
    this.startup = startup;
    this.#client = new services.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
  }

  static async start(name: PluginName, env: NodeJS.ProcessEnv = {}): Promise<Plugin> {
    const file = await pluginUnderTest(name);
    const engine = await Engine.start();
    const began = performance.now();
    const child = spawn(file, [engine.address], {
      env: { ...process.env, SSH_AUTH_SOCK: undefined, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const plugin = new Plugin(engine, child, port, performance.now() - began);
    await plugin.#configure();
    return plugin;
  }

  async #configure(): Promise<void> {
    const request = new messages.ConfigureRequest();
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setArgs(struct({}));
    await ask<messages.ConfigureResponse>((done) => this.#client.configure(request, done));
  }

  async check(type: string, inputs: Properties) {
    const request = new messages.CheckRequest();
    request.setUrn(urn(type));
    request.setOlds(struct({}));
    request.setNews(struct(inputs));
    const response = await ask<messages.CheckResponse>((done) => this.#client.check(request, done));
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: properties(response.getInputs()), failures };
  }

  async diff(
    type: string,
    state: Properties,
    inputs: Properties,
    ignore: string[] = [],
  ): Promise<Difference> {
    const request = new messages.DiffRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setOlds(struct(state));
    request.setNews(struct(inputs));
    request.setIgnorechangesList(ignore);
    const response = await ask<messages.DiffResponse>((done) => this.#client.diff(request, done));
    const kinds = ["add", "add_replace", "delete", "delete_replace", "update", "update_replace"];
    const paths = response.getDetaileddiffMap().toObject(false, messages.PropertyDiff.toObject);
    return {
      changes: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      paths: Object.fromEntries(paths.map(([path, { kind }]) => [path, kinds[kind] ?? ""])),
      replaces: response.getReplacesList().length > 0,
    };
  }

  async create(
    type: string,
    inputs: Properties,
    preview = false,
  ): Promise<{ id: string; state: Properties }> {
    const checked = await this.check(type, inputs);
    const request = new messages.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(struct(checked.inputs));
    request.setPreview(preview);
    const response = await ask<messages.CreateResponse>((done) => this.#client.create(request, done));
    return { id: response.getId(), state: properties(response.getProperties()) };
  }

  async update(type: string, state: Properties, inputs: Properties, preview = false): Promise<Properties> {
    const checked = await this.check(type, inputs);
    const request = new messages.UpdateRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setOlds(struct(state));
    request.setNews(struct(checked.inputs));
    request.setPreview(preview);
    return properties(
      (await ask<messages.UpdateResponse>((done) => this.#client.update(request, done))).getProperties(),
    );
  }

  async delete(type: string, state: Properties): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setProperties(struct(state));
    await ask((done) => this.#client.delete(request, done));
  }

  async read(type: string, state: Properties, inputs: Properties): Promise<Properties> {
    const request = new messages.ReadRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setProperties(struct(state));
    request.setInputs(struct(inputs));
    return properties(
      (await ask<messages.ReadResponse>((done) => this.#client.read(request, done))).getProperties(),
    );
  }

  async cancel(): Promise<void> {
    await ask((done) => this.#client.cancel(new empty.Empty(), done));
  }

  /** The lines that stood beside the resource while an operation ran. */
  get shown(): string[] {
    return this.engine.messages.filter(({ ephemeral }) => ephemeral).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, "exit");
      this.process.kill("SIGINT");
      await gone;
    }
    await this.engine[Symbol.asyncDispose]();
  }
}

function urn(type: string): string {
  return `urn:pulumi:test::plugins::${type}::thing`;
}

function ask<Response>(call: (done: Answer<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(new Error(error.details)) : resolve(response)));
  });
}
