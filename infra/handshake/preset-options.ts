import { z } from "zod";
import { check } from "../settings/checks.ts";
import { openingMembers, wholeOpeningMembers } from "./opening-options.ts";
import type { Json } from "./values.ts";

const json = z.custom<Json>((value) => z.json().safeParse(value).success, "what JSON can hold");
const payload = z.record(z.string(), json, "an object");
const text = z.string("text").min(1, "text").optional();

/** What `{ preset: "…", … }` may hold beside the name, for each preset. */
export const presetOptions = {
  plain: check.members(wholeOpeningMembers),
  "socket.io": check.members({
    ...openingMembers,
    /** Path of Engine.IO. Default: that of the URL; `/socket.io/` where the URL has none. */
    path: openingMembers.path,
    namespace: z
      .string("text")
      .regex(/^\/\S*$/, "a namespace such as /chat")
      .default("/"),
    /** What the client shows to its namespace. Default: `{ token: "${token}" }` where there is a token. */
    auth: payload.optional(),
    /** `["websocket"]` for clients that do not begin with polling. */
    transports: z
      .array(z.enum(["polling", "websocket"], "polling or websocket"), "a list of polling and websocket")
      .refine((names) => names.includes("websocket"), "a list that holds websocket")
      .default(["polling", "websocket"]),
  }),
  "graphql-ws": check.members({
    ...openingMembers,
    /** The payload of connection_init (connectionParams). Default: `{ token: "${token}" }` where there is a token. */
    payload: payload.optional(),
    /** A query or subscription whose first result must come, such as `{ __typename }`. */
    operation: text,
    variables: payload.optional(),
  }),
  mqtt: check.members({
    ...openingMembers,
    version: z.literal([4, 5], "4 (MQTT 3.1.1) or 5").default(4),
    clientId: text,
    username: text,
    /** Default: the token. */
    password: text,
    /** A second client subscribes to it and must get what the first one publishes. */
    topic: text,
  }),
  yjs: check.members({
    ...openingMembers,
    /** Added to the path of the URL. The proof writes an entry of its own into it. */
    room: z.string("text").min(1, "text").default("geo-system-handshake"),
    /** False: only awareness is exchanged, and the document stays as it is. */
    update: z.boolean("true or false").default(true),
  }),
  stomp: check.members({
    ...openingMembers,
    /** Virtual host. Default: none is named, and the broker takes its own. */
    host: text,
    login: text,
    /** Default: the token. */
    passcode: text,
    /** Further headers of CONNECT, such as Authorization. */
    connectHeaders: openingMembers.headers,
    /** A second client subscribes to it and must get what the first one sends. */
    destination: text,
  }),
  signalr: check.members({
    ...openingMembers,
    /** False for clients with skipNegotiation. */
    negotiate: z.boolean("true or false").default(true),
    /** A method of the hub that must answer without an error. */
    method: text,
    arguments: z.array(json, "a list").default([]),
  }),
  phoenix: check.members({
    ...openingMembers,
    /** What the client shows as the option of that name, from Phoenix 1.8 on: `${token}`. Default: the parameter `token`. */
    authToken: text,
    /** Joined, where it is given. */
    topic: text,
    /** What is shown when it is joined. */
    payload: payload.default({}),
  }),
  /** For an application without a WebSocket. */
  http: check.members({
    ...openingMembers,
    /** The status that the answer must have. Default: any below 400. */
    status: z
      .int("a status such as 200")
      .min(200, "a status from 200 on")
      .max(599, "a status such as 200")
      .optional(),
    /** What its text must hold. */
    contains: text,
  }),
  example: check.members({}),
};

export type PresetName = keyof typeof presetOptions;
/** One without options adds nothing, where zod's own type would forbid every member beside them. */
type Members<Options> = Options extends Record<string, never> ? unknown : Options;
export type PresetOptions<Name extends PresetName> = Members<z.output<(typeof presetOptions)[Name]>>;
export type PresetInput<Name extends PresetName> = Members<z.input<(typeof presetOptions)[Name]>>;
