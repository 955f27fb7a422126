import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import type { HostConnection } from "./connection.ts";
import { dial } from "./dial.ts";
import { address, SshError } from "./ssh-error.ts";

export interface ExecOptions {
  /** For the command's standard input; secrets belong here, not into the command. */
  input?: string | Buffer;
  /** Milliseconds after which the command is given up; default 60,000. */
  timeoutMs?: number;
  /** Gets what the command prints, piece by piece; its `stdout` is empty then. */
  onText?: (text: string) => void;
}

export interface FollowOptions {
  /** What the command gets first; its input stays open after that. */
  input: string;
  /** Gets what the command prints, piece by piece. */
  onText: (text: string) => void;
  /** Ends the command: its input ends, by which it knows. */
  signal: AbortSignal;
  /** Milliseconds between empty lines that tell the command that its reader is alive; default: none are sent. */
  beatMs?: number;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** The exit code; 128 and more where a signal ended the command. */
  code: number;
}

/** One SSH connection; several commands can run on it at once. */
export interface SshSession extends AsyncDisposable {
  /** Runs a command. A code that is not 0 is a result, not an error. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command until it is aborted or ends by itself. Its `stdout` is empty: it was passed on. */
  follow(command: string, options: FollowOptions): Promise<ExecResult>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Milliseconds to reach the host, and again to log in; default 10,000. */
  timeoutMs?: number;
  /** The agent's socket; default: `SSH_AUTH_SOCK`. */
  agentSocket?: string;
  /** The connection keeps this process from ending no longer than its other work does. Default false. */
  background?: boolean;
}

/**
 * Dials the host, verifies its pinned key and logs in.
 * Throws an {@link SshError} that names the hop that broke and what to type next.
 *
 * @example
 * await using session = await connect(connection);
 * const { stdout } = await session.exec("sudo geo-system site check");
 */
export async function connect(connection: HostConnection, options: ConnectOptions = {}): Promise<SshSession> {
  const { timeoutMs = 10_000, agentSocket, background } = options;
  const { client, close } = await dial(connection, { timeoutMs, agentSocket, background });
  return {
    exec: (command, options = {}) => exec(client, address(connection), command, options),
    follow: (command, options) => follow(client, address(connection), command, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function exec(
  client: Client,
  where: string,
  command: string,
  options: ExecOptions,
): Promise<ExecResult> {
  const { input, timeoutMs = 60_000, onText } = options;
  const channel = await open(client, where, command);
  const timer = new AbortController();
  try {
    const result = collect(channel, where, command, onText);
    channel.end(input);
    return await Promise.race([result, late(command, timeoutMs, timer.signal)]);
  } finally {
    timer.abort();
    channel.close();
  }
}

/** How long a command may take to end after its input has, in milliseconds; then its channel is closed. */
const endTime = 2_000;

async function follow(
  client: Client,
  where: string,
  command: string,
  { input, onText, signal, beatMs }: FollowOptions,
): Promise<ExecResult> {
  const channel = await open(client, where, command);
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    channel.end();
    timer = setTimeout(() => channel.close(), endTime);
  };
  signal.addEventListener("abort", end);
  const beat = beatMs === undefined ? undefined : setInterval(() => channel.write("\n"), beatMs).unref();
  try {
    const ended = collect(channel, where, command, onText);
    channel.write(input);
    if (signal.aborted) end();
    return await ended;
  } finally {
    clearTimeout(timer);
    clearInterval(beat);
    signal.removeEventListener("abort", end);
  }
}

/** Fails when the time is over; never answers where it is aborted first. */
function late(command: string, timeoutMs: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(timedOut(command, timeoutMs)), timeoutMs);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

function open(client: Client, where: string, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(connectionLost(where, command));
    client.once("close", lost);
    const opened = (error: Error | undefined, channel: ClientChannel) => {
      client.removeListener("close", lost);
      if (error) reject(notStarted(where, command, error));
      else resolve(channel);
    };
    try {
      client.exec(command, opened);
    } catch {
      lost(); // ssh2 throws where the connection has ended already.
    }
  });
}

function collect(
  channel: ClientChannel,
  where: string,
  command: string,
  onText?: (text: string) => void,
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const result = { stdout: "", stderr: "" };
    channel.setEncoding("utf8").on("data", onText ?? ((text: string) => (result.stdout += text)));
    channel.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
    channel.once("error", reject);
    channel.once("close", (code?: number | null, signal?: string) => {
      const number = code ?? signalCode(signal);
      if (number === undefined) reject(connectionLost(where, command));
      else resolve({ ...result, code: number });
    });
  });
}

/** As a shell counts it: 128 and the signal's number. */
function signalCode(signal: string | undefined): number | undefined {
  if (signal === undefined) return undefined;
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function notStarted(where: string, command: string, error: Error) {
  return new SshError(
    "command",
    `${where} does not run commands: ${error.message}`,
    `Try by hand: ${command}`,
  );
}

function timedOut(command: string, timeoutMs: number) {
  return new SshError(
    "command",
    `"${command}" did not end within ${timeoutMs / 1000} s`,
    "It may still run on the host: log in and look with ps",
  );
}

function connectionLost(where: string, command: string) {
  return new SshError(
    "ssh",
    `the connection to ${where} was lost while "${command}" ran`,
    "Run the same again",
  );
}
