import { z } from "zod";
import { type Handshake, type HandshakeInput, handshakeSetting } from "../handshake/handshake.ts";
import { applicationName } from "./application-keys.ts";
import { check, websocketPathPattern } from "./checks.ts";

/*
 * What nginx serves, path by path. Without the key: `websocketPath` as a WebSocket, and everything else as HTTP of the
 * backend.
 */

/** One path as it is configured. */
export interface RouteInput {
  /** A WebSocket of the backend; without it and without `files`, its HTTP. */
  websocket?: boolean;
  /** The application that serves it, where the host has several. */
  application?: string;
  /** What it speaks, where that is not what `handshake` says. */
  handshake?: HandshakeInput;
  /** A folder whose files nginx serves itself, whatever git ignores: `"../web/dist"`. */
  files?: string;
  /** The file of that folder that answers for every page that is not there: `"index.html"`. Default: none. */
  fallback?: string;
  /**
   * Command that builds the folder, on the operator's machine, in a clean copy of the package it is in, with all
   * dependencies from the lock file. Default: the folder is served as it is.
   */
  build?: string;
  /**
   * Files whose names change with their content, so that browsers may keep them for a year: patterns in the syntax of
   * .gitignore, from the folder. Default: those whose names hold a hash.
   */
  immutable?: string[];
}

/** Files that nginx serves itself. */
export interface FilesRoute {
  path: string;
  kind: "files";
  /** In names of resources, folders and steps. */
  name: string;
  files: string;
  fallback?: string | undefined;
  build?: string | undefined;
  immutable?: string[] | undefined;
}

/** A path that nginx serves, and from where. */
export type Route =
  | {
      path: string;
      kind: "websocket";
      application?: string | undefined;
      handshake?: Handshake | undefined;
    }
  | { path: string; kind: "http"; application?: string | undefined }
  | FilesRoute;

const member = z
  .string("text")
  .regex(
    /^(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*$/,
    "a file of the folder, such as index.html",
  );

const routeInput = check
  .members({
    websocket: z.boolean("true or false").optional(),
    application: applicationName.optional(),
    handshake: handshakeSetting.optional(),
    files: z.string("a folder").min(1, "a folder").optional(),
    fallback: member.optional(),
    build: check.command.optional(),
    immutable: check.texts.optional(),
  })
  .superRefine((route, context) => {
    const refuse = (key: keyof RouteInput, why: string) =>
      context.addIssue({ code: "custom", path: [key], message: `nothing, since ${why}` });
    if (route.websocket && route.files !== undefined) refuse("files", "the path is a WebSocket");
    if (route.application !== undefined && route.files !== undefined)
      refuse("application", "nginx serves the files itself");
    if (!route.websocket && route.handshake !== undefined)
      refuse("handshake", "the path is no WebSocket (websocket: true)");
    for (const key of ["fallback", "build", "immutable"] as const)
      if (route.files === undefined && route[key] !== undefined) refuse(key, "the path has no files");
  });

const expected =
  'paths with what serves them: { "/ws": { "websocket": true }, "/api/": {}, "/": { "files": "../web/dist" } }';

const expectedPath = "paths such as /ws, /api/ or /: letters, digits, . _ ~ -";

/** The check of key `routes`. */
export const routes = z.record(z.string(), routeInput, expected).superRefine((given, context) => {
  const bad = Object.keys(given).find((path) => !websocketPathPattern.test(path));
  if (bad !== undefined)
    context.addIssue({ code: "custom", message: `${expectedPath}, and ${JSON.stringify(bad)} is none` });
  const open = Object.entries(given).find(([path, { files }]) => files !== undefined && !path.endsWith("/"));
  if (open)
    context.addIssue({
      code: "custom",
      message: `a path that ends with / for files, and ${JSON.stringify(open[0])} does not`,
    });
  if (given["/"]?.files !== undefined && given["/root/"]?.files !== undefined)
    context.addIssue({
      code: "custom",
      message: "no files at /root/ beside those at /, whose name on the host is root",
    });
});

/** What of the settings says which paths there are. */
export interface RouteSettings {
  websocketPath: string;
  routes?: z.output<typeof routes> | undefined;
}

/** The paths as nginx serves them: WebSockets first, the main one at their head, then HTTP, then files. */
export function routesOf({ websocketPath, routes: given }: RouteSettings): Route[] {
  const websocket: Route = { path: websocketPath, kind: "websocket" };
  if (!given) return websocketPath === "/" ? [websocket] : [websocket, { path: "/", kind: "http" }];
  const own = given[websocketPath];
  const main = own ? routeOf(websocketPath, own) : websocket;
  const others = Object.entries(given)
    .filter(([path]) => path !== websocketPath)
    .map(([path, route]) => routeOf(path, route));
  const kinds = ["websocket", "http", "files"] as const;
  return kinds.flatMap((kind) => [main, ...others].filter((route) => route.kind === kind));
}

function routeOf(path: string, route: z.output<typeof routeInput>): Route {
  const { websocket, application, handshake, files, ...more } = route;
  if (websocket) return { path, kind: "websocket", application, handshake };
  if (files === undefined) return { path, kind: "http", application };
  const name = path === "/" ? "root" : path.slice(1, -1).replaceAll("/", "+");
  return { path, kind: "files", name, files, ...more };
}

/** The routes of files alone. */
export const fileRoutesOf = (settings: RouteSettings): FilesRoute[] =>
  routesOf(settings).filter((route) => route.kind === "files");

/**
 * The path that the outputs, the operator's commands and `WS_PATH` name, and by which a release is proven: the WebSocket
 * that is given, else the first; without a WebSocket the first path of HTTP.
 */
export function mainPath({ websocketPath, routes: given }: RouteSettings): string {
  const paths = isHttpOnly({ routes: given }) ? httpPathsOf(given) : websocketsOf(given);
  return paths.includes(websocketPath) ? websocketPath : (paths[0] ?? websocketPath);
}

const websocketsOf = (given: RouteSettings["routes"]) =>
  Object.entries(given ?? {}).flatMap(([path, { websocket }]) => (websocket ? [path] : []));

const httpPathsOf = (given: RouteSettings["routes"]) =>
  Object.entries(given ?? {}).flatMap(([path, { websocket, files }]) =>
    websocket || files !== undefined ? [] : [path],
  );

/** Whether its paths are HTTP and none is a WebSocket: then a plain request proves the application. */
export const isHttpOnly = ({ routes: given }: Partial<Pick<RouteSettings, "routes">>): boolean =>
  websocketsOf(given).length === 0 && httpPathsOf(given).length > 0;

/** The default, which Pulumi.yaml gives where none was chosen. */
export const defaultWebsocketPath = "/ws";

/** @param websocketPath as it was given */
export function routeProblems({ websocketPath, routes: given }: RouteSettings): string[] {
  if (!given) return [];
  const paths = websocketsOf(given);
  if (paths.length === 0 && httpPathsOf(given).length === 0)
    return [
      `routes: expected a path that leads to the backend, { "websocket": true } or {}, found ${Object.keys(given).length === 0 ? "none" : "files alone"}`,
    ];
  const byRequest = Object.entries(given).flatMap(([path, { websocket, handshake }]) =>
    websocket && handshake && "preset" in handshake && handshake.preset === "http"
      ? [
          `routes.${path}.handshake: expected what its WebSocket speaks, found http, which is for an application without one`,
        ]
      : [],
  );
  if (byRequest.length > 0) return byRequest;
  if (paths.includes(websocketPath) || websocketPath === defaultWebsocketPath) return [];
  if (paths.length === 0) return httpProblems(websocketPath, given);
  return [
    `websocketPath: expected ${paths.length > 1 ? "one of " : ""}${paths.join(", ")}, the WebSockets of routes, found ${JSON.stringify(websocketPath)}; add it to routes, or remove one of the two keys`,
  ];
}

/** An application has its own main path by then. */
const httpProblems = (websocketPath: string, given: RouteSettings["routes"]) =>
  httpPathsOf(given).includes(websocketPath)
    ? []
    : [
        `websocketPath: expected nothing, since no path of routes is a WebSocket, found ${JSON.stringify(websocketPath)}; add it to routes with "websocket": true, or remove the key`,
      ];
