import type { Client, ClientChannel } from "ssh2";
import type { Operation } from "../protocol/resource.ts";
import type { Connection } from "./connection.ts";
import { dial } from "./dial.ts";
import { setEnvironment, type Variables } from "./environment.ts";
import { type Exit, exitMessage } from "./exit.ts";
import { Lines } from "./lines.ts";
import { quote } from "./quote.ts";

export interface Run {
  connection: Connection;
  command: string;
  stdin: string;
  /** Which of the two streams are shown while the command runs. */
  logging: { stdout: boolean; stderr: boolean };
  variables: Variables;
}

export interface Output {
  stdout: string;
  stderr: string;
}

/**
 * Runs a command on the host, on a connection of its own. A command that fails throws an error with its exit
 * status, its whole text and everything it wrote.
 */
export async function run(request: Run, operation: Operation): Promise<Output> {
  const { client, close } = await dial(request.connection, operation);
  try {
    const env = await setEnvironment(client, request.variables, operation);
    const channel = await start(client, request.command, env);
    return await finish(channel, request, operation);
  } finally {
    close();
  }
}

function start(client: Client, command: string, env: NodeJS.ProcessEnv): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env }, (error, channel) => {
      if (error) reject(new Error(`ssh: command ${quote(command)} failed: ${error.message}`));
      else resolve(channel);
    });
  });
}

async function finish(channel: ClientChannel, request: Run, operation: Operation): Promise<Output> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const both: Buffer[] = [];
  const collect = (into: Buffer[], lines: Lines | undefined) => (chunk: Buffer) => {
    into.push(chunk);
    both.push(chunk);
    lines?.write(chunk);
  };
  const shown = (wanted: boolean) => (wanted ? new Lines((line) => operation.log.status(line)) : undefined);
  const lines = { stdout: shown(request.logging.stdout), stderr: shown(request.logging.stderr) };
  channel.on("data", collect(stdout, lines.stdout));
  channel.stderr.on("data", collect(stderr, lines.stderr));
  const exit = await ended(channel, request.stdin);
  await Promise.all([lines.stdout?.end(), lines.stderr?.end()]);
  const message = exitMessage(exit);
  if (message !== undefined) throw new Error(`${message}: running ${quote(request.command)}:\n${text(both)}`);
  return { stdout: withoutLastNewline(text(stdout)), stderr: withoutLastNewline(text(stderr)) };
}

function ended(channel: ClientChannel, stdin: string): Promise<Exit | undefined> {
  return new Promise((resolve) => {
    let exit: Exit | undefined;
    channel.on("exit", (status: number | null, signal?: string, _dump?: string, reason?: string) => {
      exit = { status, ...(signal && { signal }), ...(reason && { reason }) };
    });
    channel.on("close", () => resolve(exit));
    // The command may end without reading all of its input: that is its right.
    channel.on("error", () => undefined);
    channel.end(stdin);
  });
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

function withoutLastNewline(output: string): string {
  return output.endsWith("\n") ? output.slice(0, -1) : output;
}
