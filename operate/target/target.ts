import type { Handshake } from "../../infra/handshake/handshake.ts";
import type { HostConnection } from "../../infra/host/connection.ts";

/** A host and the service on it, as the commands of an operator need them. */
export interface Target {
  /** The name of its `WebSocketHost`, where it is one of a fleet. */
  member?: string;
  /** Name or address of the host. */
  host: string;
  /** How to log in by hand, as it stands before a command: `ssh ubuntu@203.0.113.7`. */
  ssh: string;
  /** The command that brings the host to what is configured: `npm run up`; where no stack is known, in words. */
  up: string;
  /** How the options name the host, where no stack is known: `--host 203.0.113.7`. */
  named?: string;
  user: string;
  sshPort: number;
  /** The WebSocket addresses, as clients use them: one may hold a token, so none is shown as it is. */
  urls: string[];
  /** Whether the addresses are only the usual ones: none was given. */
  assumed?: boolean;
  /** The name in `applications` of the one that is meant; absent where the host has one without a name. */
  applicationName?: string;
  /** pm2's name of the backend. */
  application: string;
  /** Name of the nginx site. */
  site: string;
  /** A host of which is known that it is switched off: what to say, and how it is switched on. */
  off?: { cause: string; fix: string[] };
  /** What a client needs, which may take a moment to know. */
  client: Promise<ClientSecrets>;
  /** Runs with an SSH agent that holds the keys, where one is needed. */
  withKeys<T>(run: () => Promise<T>): Promise<T>;
  /** The connection with its pinned host key. */
  connection(): Promise<HostConnection>;
}

export interface ClientSecrets {
  /** Absent where it is not known: what needs a token is then left out. Empty where it is known that there is none. */
  token?: string;
  /** Why nothing could be read of what the last `up` left. */
  problem?: string;
  /** PEM of the CA to trust. */
  ca?: string;
  /** What the backend speaks. */
  handshake: Handshake;
  /** Whatever else in the addresses must not be shown. */
  secrets?: readonly string[];
}
