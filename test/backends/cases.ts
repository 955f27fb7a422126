import { expect } from "vitest";
import type { Case } from "./case.ts";
import { graphqlWs } from "./clients/graphql-ws.ts";
import { mqtt } from "./clients/mqtt.ts";
import { plain } from "./clients/plain.ts";
import { socketIo } from "./clients/socket-io.ts";
import { yjs } from "./clients/yjs.ts";

const socketIoServer = { fixture: "socket.io", release: "server.js", client: socketIo, path: "/socket.io/" };

/** Every kind of backend that must work as it stands in its repository. */
export const cases: readonly Case[] = [
  {
    ...socketIoServer,
    name: "socket.io",
    configuration: { handshake: "socket.io" },
  },
  {
    ...socketIoServer,
    name: "socket.io, 3 instances",
    configuration: { handshake: "socket.io", backendInstances: 3 },
    telling: true,
  },
  {
    name: "graphql-ws",
    fixture: "graphql-ws",
    release: "server.js",
    client: graphqlWs,
    path: "/graphql",
    configuration: { handshake: "graphql-ws" },
  },
  {
    name: "MQTT broker (aedes)",
    fixture: "mqtt",
    release: "broker.js",
    client: mqtt,
    path: "/mqtt",
    configuration: { handshake: "mqtt" },
  },
  {
    name: "Yjs (y-websocket), at once",
    fixture: "yjs",
    release: "server.js",
    client: yjs,
    path: "/room",
    configuration: { handshake: "yjs", handover: "at-once" },
    later: { entries: 3 },
  },
  { name: "Fastify", fixture: "fastify", release: "app.js", client: plain },
  {
    name: "NestJS, `nest build`",
    fixture: "nestjs",
    release: "src/events.gateway.ts",
    client: plain,
    configuration: { backendStart: "npm run start:prod" },
  },
  {
    name: "TypeScript, `dist/` ignored by git",
    fixture: "typescript",
    release: "src/release.ts",
    client: plain,
    telling: true,
  },
  {
    name: "pnpm, member of a workspace",
    fixture: "pnpm-workspace",
    member: "apps/server",
    release: "apps/server/server.js",
    client: plain,
    hello: { every: 120_000 },
  },
  {
    name: "npm workspace, two versions of a package",
    fixture: "npm-workspace",
    member: "server",
    release: "server/index.js",
    client: plain,
    hello: { ms: "1.0.0" },
    telling: true,
  },
  { name: "yarn 1", fixture: "yarn", release: "server.js", client: plain },
  { name: "yarn 4", fixture: "yarn-berry", release: "server.js", client: plain },
  {
    name: "port in the code",
    fixture: "port-in-code",
    release: "server.js",
    client: plain,
    configuration: { backendPort: 8080 },
  },
  { name: "µWebSockets.js, a native server", fixture: "uws", release: "server.js", client: plain },
  {
    name: "own ecosystem.config.js, 2 instances",
    fixture: "ecosystem",
    release: "src/api.js",
    client: plain,
    hello: { args: ["--region", "eu"], level: "warn", smallHeap: true },
  },
  {
    name: "start script with options and dotenv",
    fixture: "start-script",
    release: "server.js",
    client: plain,
    hello: { args: ["--verbose"], greeting: "good day", dotenv: true, smallHeap: true },
  },
  {
    name: "native module, compiled on the host",
    fixture: "native",
    release: "server.js",
    client: plain,
    configuration: { hostPackages: ["build-essential"] },
    hello: { answer: 42 },
  },
  {
    name: "Redis",
    fixture: "redis",
    release: "server.js",
    client: plain,
    configuration: { hostPackages: ["redis-server"], hostServices: ["redis-server"] },
    later: { visits: expect.toSatisfy((visits: number) => visits > 3) },
  },
  {
    name: "data in its own folder",
    fixture: "data",
    release: "server.js",
    client: plain,
    configuration: { backendShared: ["data"] },
    later: { visits: expect.toSatisfy((visits: number) => visits > 3) },
  },
];
