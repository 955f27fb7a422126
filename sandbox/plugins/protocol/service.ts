import {
  type handleUnaryCall,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineLog } from "./engine-log.ts";
import { checkResponse, diffResponse, properties, struct } from "./messages.ts";
import type { Operation, Provider, Resource } from "./resource.ts";
import { packageSchema } from "./schema.ts";
import type { Properties } from "./values.ts";

/** The provider protocol over the given provider. What it leaves out answers "unimplemented". */
export function handlers(provider: Provider, engine: string | undefined): UntypedServiceImplementation {
  const log = new EngineLog(engine);
  const cancel = new AbortController();
  const operationOn = (urn: string): Operation => ({
    name: nameOf(urn),
    log: log.for(urn),
    cancelled: cancel.signal,
  });
  return {
    ...pluginHandlers(provider, log, cancel),
    ...configurationHandlers(),
    ...planHandlers(provider),
    ...changeHandlers(provider, operationOn),
  };
}

function pluginHandlers(provider: Provider, log: EngineLog, cancel: AbortController) {
  return {
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    attach: unary((request: plugin.PluginAttach) => {
      log.attach(request.getAddress());
      return new empty.Empty();
    }),
    cancel: unary(() => {
      cancel.abort();
      return new empty.Empty();
    }),
    getSchema: unary(() => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify(packageSchema(provider)));
      return response;
    }),
  };
}

function configurationHandlers() {
  return {
    checkConfig: unary((request: messages.CheckRequest) => checkResponse(properties(request.getNews()), [])),
    // No setting of these providers touches a resource: a change never replaces anything.
    diffConfig: unary(() => diffResponse(new Map())),
    configure: unary(() => {
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(true);
      return response;
    }),
  };
}

function planHandlers(provider: Provider) {
  return {
    check: unary((request: messages.CheckRequest) => {
      const { inputs, failures } = resourceOf(provider, request).check(properties(request.getNews()));
      return checkResponse(inputs, failures);
    }),
    diff: unary((request: messages.DiffRequest) => {
      return diffResponse(
        resourceOf(provider, request).diff(properties(request.getOlds()), newInputs(request)),
      );
    }),
    read: unary((request: messages.ReadRequest) => {
      const state = properties(request.getProperties());
      const response = new messages.ReadResponse();
      response.setId(request.getId());
      response.setInputs(request.getInputs());
      response.setProperties(struct(resourceOf(provider, request).read?.(state) ?? state));
      return response;
    }),
  };
}

function changeHandlers(provider: Provider, operationOn: (urn: string) => Operation) {
  return {
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = properties(request.getProperties());
      const operation = operationOn(request.getUrn());
      const made = await resourceOf(provider, request).create(inputs, request.getPreview(), operation);
      const response = new messages.CreateResponse();
      response.setId(made.id);
      response.setProperties(struct(made.state));
      return response;
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const old = properties(request.getOlds());
      const operation = operationOn(request.getUrn());
      const target = resourceOf(provider, request);
      const state = await target.update(old, newInputs(request), request.getPreview(), operation);
      const response = new messages.UpdateResponse();
      response.setProperties(struct(state));
      return response;
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      const state = properties(request.getProperties());
      await resourceOf(provider, request).delete(state, operationOn(request.getUrn()));
      return new empty.Empty();
    }),
  };
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  const handler: handleUnaryCall<Request, Response> = (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(serviceError(error)),
      );
  };
  return handler as handleUnaryCall<unknown, unknown>;
}

function serviceError(error: unknown): Partial<ServiceError> {
  const details = error instanceof Error ? error.message : String(error);
  return { code: status.UNKNOWN, details };
}

// urn:pulumi:stack::project::parent type$type::name
function resourceOf(provider: Provider, request: { getUrn(): string }): Resource {
  const type = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
  const found = provider.resources[type];
  if (found) return found;
  const known = Object.keys(provider.resources).join(", ");
  throw new Error(`Resource type '${type}' not found: this plug-in has ${known}. The official one has all.`);
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

interface ChangeRequest {
  getOlds(): Parameters<typeof properties>[0];
  getNews(): Parameters<typeof properties>[0];
  getIgnorechangesList(): string[];
}

/** The new inputs, with the old value of what the program wants ignored. */
function newInputs(request: ChangeRequest): Properties {
  const old = properties(request.getOlds());
  const names = request.getIgnorechangesList().filter((name) => name in old);
  const kept = Object.fromEntries(names.map((name) => [name, old[name] ?? null]));
  return { ...properties(request.getNews()), ...kept };
}
