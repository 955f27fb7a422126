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
import type { Properties } from "./values.ts";

type Handler<Request, Response> = handleUnaryCall<Request, Response>;

interface ResourceRequest {
  getUrn(): string;
}

/** The provider protocol over the given provider. What it leaves out answers "unimplemented". */
export function handlers(provider: Provider, engine: string | undefined): UntypedServiceImplementation {
  const log = new EngineLog(engine);
  const cancel = new AbortController();
  const resourceOf = (request: ResourceRequest) => resource(provider, request.getUrn());
  const operation = (request: ResourceRequest): Operation => ({
    name: nameOf(request.getUrn()),
    log: log.for(request.getUrn()),
    cancelled: cancel.signal,
  });
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
      response.setSchema(JSON.stringify(provider.schema));
      return response;
    }),
    checkConfig: unary((request: messages.CheckRequest) => {
      return checkResponse(properties(request.getNews()), []);
    }),
    // No setting of these providers touches a resource: a change never replaces anything.
    diffConfig: unary(() => diffResponse(new Map())),
    configure: unary(() => {
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(true);
      return response;
    }),
    check: unary((request: messages.CheckRequest) => {
      const { inputs, failures } = resourceOf(request).check(properties(request.getNews()));
      return checkResponse(inputs, failures);
    }),
    diff: unary((request: messages.DiffRequest) => {
      const old = properties(request.getOlds());
      const inputs = ignore(request.getIgnorechangesList(), old, properties(request.getNews()));
      return diffResponse(resourceOf(request).diff(old, inputs));
    }),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = properties(request.getProperties());
      const made = await resourceOf(request).create(inputs, request.getPreview(), operation(request));
      const response = new messages.CreateResponse();
      response.setId(made.id);
      response.setProperties(struct(made.state));
      return response;
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const old = properties(request.getOlds());
      const inputs = ignore(request.getIgnorechangesList(), old, properties(request.getNews()));
      const response = new messages.UpdateResponse();
      const target = resourceOf(request);
      response.setProperties(
        struct(await target.update(old, inputs, request.getPreview(), operation(request))),
      );
      return response;
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await resourceOf(request).delete(properties(request.getProperties()), operation(request));
      return new empty.Empty();
    }),
    read: unary((request: messages.ReadRequest) => {
      const state = properties(request.getProperties());
      const response = new messages.ReadResponse();
      response.setId(request.getId());
      response.setInputs(request.getInputs());
      response.setProperties(struct(resourceOf(request).read?.(state) ?? state));
      return response;
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      const call = provider.functions?.[request.getTok()];
      if (!call) throw new Error(`Invoke '${request.getTok()}' not found`);
      const response = new messages.InvokeResponse();
      const nameless = { name: "", log: log.for(""), cancelled: cancel.signal };
      response.setReturn(struct(await call(properties(request.getArgs()), nameless)));
      return response;
    }),
  };
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  const handler: Handler<Request, Response> = (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(asServiceError(error)),
      );
  };
  return handler as Handler<unknown, unknown>;
}

function asServiceError(error: unknown): Partial<ServiceError> {
  const details = error instanceof Error ? error.message : String(error);
  return { code: status.UNKNOWN, details };
}

// urn:pulumi:stack::project::parent type$type::name
function resource(provider: Provider, urn: string): Resource {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const found = provider.resources[type];
  if (!found) {
    const known = Object.keys(provider.resources).join(", ");
    throw new Error(`Resource type '${type}' not found: this plug-in has ${known}`);
  }
  return found;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function ignore(names: string[], old: Properties, inputs: Properties): Properties {
  const kept = names.filter((name) => name in old).map((name) => [name, old[name] ?? null]);
  return { ...inputs, ...Object.fromEntries(kept) };
}
