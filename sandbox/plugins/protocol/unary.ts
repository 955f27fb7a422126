import { type handleUnaryCall, type ServiceError, status } from "@grpc/grpc-js";

/** A handler of one call from a function; what it throws becomes the message of the failed call. */
export function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
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
