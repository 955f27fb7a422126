import { Server, ServerCredentials } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { endWithParent } from "./lifetime.ts";
import type { Provider } from "./resource.ts";
import { handlers } from "./service.ts";

/**
 * Serves a provider the way the engine expects of a plug-in: on a free loopback port, whose number is the
 * only line on standard output. The engine gives its own address as the first plain argument.
 */
export function serve(provider: Provider): void {
  const engine = process.argv.slice(2).find((argument) => /^[^-].*:\d+$/.test(argument));
  // State and payloads are larger than gRPC's default limit of 4 MiB allows.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(services.ResourceProviderService, handlers(provider, engine));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  endWithParent();
}
