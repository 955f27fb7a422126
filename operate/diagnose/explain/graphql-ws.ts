import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** The close codes of graphql-ws, which are its own of 4400–4504, and the words beside them. */
export const graphqlWs: readonly Meaning[] = [
  {
    name: "graphql-ws: bad request",
    pattern: /\b4400\b|\b4004\b|\b4005\b/,
    example: "close 4400: Invalid message received",
    means:
      "graphql-ws got a message that is not of its protocol: usually a client of the older subscriptions-transport-ws.",
    check: "Use a client that speaks graphql-transport-ws",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "graphql-ws: unauthorized",
    pattern: /\b4401\b|\b4403\b/,
    example: "close 4401: Unauthorized",
    means:
      "The backend refused the token, in the way of graphql-ws: 4401 before connection_ack, 4403 when onConnect said no.",
    check: "connectionParams in the client; log in again for a new token",
    worry: "No, for one user whose token is old. Yes, if all are refused.",
  },
  {
    name: "graphql-ws: subprotocol",
    pattern: /\b4406\b|Subprotocol not acceptable/i,
    example: "close 4406: Subprotocol not acceptable",
    means:
      "The client did not ask for the subprotocol graphql-transport-ws: it speaks the older graphql-ws, or none.",
    check: "The client's library and its subprotocol",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "graphql-ws: init timeout",
    pattern: /\b4408\b|\b4504\b|Connection (initiali[sz]ation|acknowledgement) timeout/i,
    example: "close 4408: Connection initialisation timeout",
    means:
      "connection_init or connection_ack did not come in time (3 s by default): the client sends it late, or the backend's onConnect hangs.",
    check: `The client sends connection_init in its open event; ${diagnose} for a backend that hangs`,
    worry: ifItStays,
  },
  {
    name: "graphql-ws: twice",
    pattern: /\b4409\b|\b4429\b|Subscriber for .* already exists|Too many initiali[sz]ation requests/i,
    example: "close 4429: Too many initialisation requests",
    means: "The client used a subscription's id twice, or sent connection_init twice.",
    check: "One connection_init a connection; a new id for each subscription",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "graphql-ws: ended",
    pattern: /\b4499\b|\b4500\b/,
    example: "close 4499: Terminated",
    means:
      "4499: the client ended the connection itself because nothing came for too long. 4500: the backend hit an error; see its log.",
    check: "npm run logs",
    worry: ifItStays,
  },
];
