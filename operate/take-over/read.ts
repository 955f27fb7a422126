import { type FoundProcess, foundProcess } from "../../infra/host/found.ts";
import { readConfiguration } from "../../infra/nginx/configuration.ts";
import type { Directive } from "../../infra/nginx/parse.ts";
import { Facts } from "../diagnose/inside/facts.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/** A file or folder in which the application keeps data. */
export interface Data {
  path: string;
  bytes: number;
  /** `written` since the process started, or called as data is usually called. */
  why: string;
}

/** A process to which nginx passes. */
export interface Running extends FoundProcess {
  port: number;
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
  /** Where nginx is not installed: what has its ports instead. */
  absent?: { port: number; command: string }[];
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
    ...(facts.all("absent", () => true).length > 0 && {
      absent: facts.all("holder", (port, command = "") => ({ port: Number(port), command })),
    }),
    running: facts.all("process", (...parts) => readRunning(facts, parts)),
    unheld: facts.all("unheld", Number),
    configuration: readConfiguration(facts.text("configuration") ?? ""),
    ours: facts.all("ours", () => true).length > 0,
  };
}

function readRunning(facts: Facts, parts: string[]): Running {
  const [port, pid = "", user = "", folder = "", node = "", connections = "", command = ""] = parts;
  const of = (name: string) =>
    facts.all(name, (...rest) => rest).flatMap(([owner, ...rest]) => (owner === pid ? [rest] : []));
  const [manager, name = ""] = of("manager")[0] ?? [];
  const told = { pid, user, folder, node, connections, command, ...(manager && { manager }), name };
  return {
    ...foundProcess(Number(port), told),
    port: Number(port),
    environment: readEnvironment(
      facts.text(`environment of ${pid}`) ?? "",
      manager === "pm2" ? name : undefined,
    ),
    data: of("data").map(([path = "", bytes, why = ""]) => ({ path, bytes: Number(bytes), why })),
    dotenv: of("dotenv").map(([file = "", ...names]) => ({ file, names })),
  };
}
