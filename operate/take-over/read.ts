import { Facts } from "../diagnose/inside/facts.ts";
import { readConfiguration } from "../diagnose/nginx/configuration.ts";
import type { Directive } from "../diagnose/nginx/parse.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/** A file or folder in which the application keeps data. */
export interface Data {
  path: string;
  bytes: number;
  /** `written` since the process started, or called as data is usually called. */
  why: string;
}

/** A process to which nginx passes. */
export interface Running {
  port: number;
  pid: number;
  user: string;
  folder: string;
  /** Empty where it is no Node. */
  node: string;
  connections: number;
  command: string;
  /** How it is run: `pm2`, `unit`, `docker` or `session`; with the name that it has there. */
  manager: string;
  name: string;
  environment: Environment;
  data: Data[];
  /** Files such as `.env`, which a program may read by itself, with the names in them. */
  dotenv: { file: string; names: string[] }[];
}

export interface Found {
  running: Running[];
  /** Ports to which nginx passes, where no process listens. */
  unheld: number[];
  configuration: Directive[];
  /** Why nginx does not print its configuration. */
  refused?: string;
  /** Whether this package has provisioned the host. */
  ours: boolean;
}

/** @throws where the host's answer is not whole */
export function readFound(output: string): Found {
  const facts = new Facts(output);
  if (!facts.whole) throw new Error("the host's answer broke off before its end");
  const [refused] = facts.one("refused");
  return {
    ...(refused !== undefined && { refused }),
    running: facts.all("process", (...parts) => readRunning(facts, parts)),
    unheld: facts.all("unheld", Number),
    configuration: readConfiguration(facts.text("configuration") ?? ""),
    ours: facts.all("ours", () => true).length > 0,
  };
}

function readRunning(facts: Facts, parts: string[]): Running {
  const [port, pid = "", user = "", folder = "", node = "", connections, command = ""] = parts;
  const of = (name: string) =>
    facts.all(name, (...rest) => rest).flatMap(([owner, ...rest]) => (owner === pid ? [rest] : []));
  const [manager = "session", name = ""] = of("manager")[0] ?? [];
  return {
    ...{ user, folder, manager, name, command: command.trim() },
    ...{ port: Number(port), pid: Number(pid), connections: Number(connections) },
    node: node.replace(/^v/, ""),
    environment: readEnvironment(
      facts.text(`environment of ${pid}`) ?? "",
      manager === "pm2" ? name : undefined,
    ),
    data: of("data").map(([path = "", bytes, why = ""]) => ({ path, bytes: Number(bytes), why })),
    dotenv: of("dotenv").map(([file = "", ...names]) => ({ file, names })),
  };
}
