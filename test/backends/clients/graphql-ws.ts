import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { answered, type Client, type Hello, type Place, seenClose, seenHello } from "./client.ts";

const open = ({ host, path }: Place, options = {}) =>
  createClient({ url: `ws://${host}${path}`, webSocketImpl: WebSocket, ...options });

/** A visitor queries the release; who stays subscribes to it. */
export const graphqlWs: Client = {
  visit: (place) =>
    answered((resolve, reject) => {
      const client = open(place, { retryAttempts: 0 });
      client.subscribe<Hello>(
        { query: "{ release }" },
        {
          next: ({ data }) => data && resolve(data),
          error: (error) => reject(new Error(reasonOf(error))),
          complete: () => {},
        },
      );
      return () => void client.dispose();
    }),

  stay(place, see) {
    const client = open(place, { retryAttempts: 1000, shouldRetry: () => true });
    let over = false;
    client.on("closed", (event) => !over && see(seenClose((event as { code?: number }).code ?? "closed")));
    client.subscribe<{ releases: number }>(
      { query: "subscription { releases }" },
      {
        next: ({ data }) => data && see(seenHello({ release: data.releases })),
        error: (error) => see(seenClose(reasonOf(error))),
        complete: () => {},
      },
    );
    return {
      [Symbol.dispose]() {
        over = true;
        void client.dispose();
      },
    };
  },
};

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: number; message?: string };
  return message || String(code ?? error);
}
