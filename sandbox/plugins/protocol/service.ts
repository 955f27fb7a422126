import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineLog } from "./engine-log.ts";
import { checkResponse, diffResponse, properties } from "./messages.ts";
import type { Operation, Provider } from "./resource.ts";
import { changeHandlers, planHandlers } from "./resource-service.ts";
import { packageSchema } from "./schema.ts";
import { unary } from "./unary.ts";

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

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
