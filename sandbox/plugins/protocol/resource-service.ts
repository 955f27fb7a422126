import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { checkResponse, diffResponse, properties, struct } from "./messages.ts";
import type { Operation, Provider, Resource } from "./resource.ts";
import { unary } from "./unary.ts";
import type { Properties } from "./values.ts";

/** The calls that read and preview. */
export function planHandlers(provider: Provider) {
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

/** The calls that change something, or in a preview tell what they would. */
export function changeHandlers(provider: Provider, operationOn: (urn: string) => Operation) {
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

// urn:pulumi:stack::project::parent type$type::name
function resourceOf(provider: Provider, request: { getUrn(): string }): Resource {
  const type = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
  const found = provider.resources[type];
  if (found) return found;
  const known = Object.keys(provider.resources).join(", ");
  throw new Error(`Resource type '${type}' not found: this plug-in has ${known}. The official one has all.`);
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
