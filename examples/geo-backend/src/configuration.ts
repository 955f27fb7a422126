import { resolve } from "node:path";
import { ConfigurationError, EnvironmentReader } from "./environment.ts";

/** Everything that can be set; times in milliseconds. README.md has the table of the variables. */
export interface Configuration {
  host: string;
  /** 0 takes any free port. */
  port: number;
  websocketPath: string;
  dataDirectory: string;
  tokenSecret: string;
  /** Origins of other hosts' pages that may connect; `*` allows every page. */
  allowedOrigins: readonly string[];
  maxConnections: number;
  maxConnectionsPerUser: number;
  maxTopicsPerUser: number;
  /** Characters. */
  maxTitleLength: number;
  maxMessageBytes: number;
  /** Bytes that may wait for one slow reader before it is dropped. */
  maxBufferedBytes: number;
  /** For all windows of a user together; bursts may be twice as large. */
  messagesPerSecond: number;
  authenticationTimeout: number;
  heartbeatInterval: number;
  shutdownTimeout: number;
  /** Over which all clients are asked to reconnect, when another process takes over. */
  handoverTime: number;
  /** How many clients a second are asked to reconnect, on shutdown. */
  closesPerSecond: number;
}

const path = {
  otherwise: "/ws",
  pattern: /^\/[\w.~/-]*$/,
  expected: "a path such as /ws (letters, digits and . _ ~ / -)",
};
const host = {
  otherwise: "127.0.0.1",
  pattern: /^[\w.:-]+$/,
  expected: "an address or a name such as 127.0.0.1",
};
const origins = {
  otherwise: "",
  pattern: /^(\*|https?:\/\/[^\s,/]+(\s*,\s*https?:\/\/[^\s,/]+)*)$/,
  expected: "origins such as https://app.example.com,https://example.com, or *",
};
const directory = { otherwise: "./data", pattern: /^[^\0]+$/, expected: "a folder" };

const seconds = (n: number) => n * 1000;
const many = 1_000_000;

/**
 * The configuration from the environment, read once.
 *
 * @throws ConfigurationError that lists every variable that is missing or wrong
 * @example readConfiguration({ TOKEN_SECRET: "0123456789abcdef", PORT: "3000" })
 */
export function readConfiguration(variables: NodeJS.ProcessEnv): Configuration {
  const read = new EnvironmentReader(variables);
  const count = (name: string, otherwise: number, min = 1, max = many) =>
    read.integer(name, { otherwise, min, max });
  const configuration: Configuration = {
    host: read.text("HOST", host),
    port: count("PORT", 3000, 0, 65_535),
    websocketPath: read.text("WS_PATH", path),
    dataDirectory: resolve(read.text("DATA_DIR", directory)),
    tokenSecret: read.secret("TOKEN_SECRET", 16),
    allowedOrigins: read
      .text("ALLOWED_ORIGINS", origins)
      .split(/\s*,\s*/)
      .filter(Boolean),
    maxConnections: count("MAX_CONNECTIONS", 10_000),
    maxConnectionsPerUser: count("MAX_CONNECTIONS_PER_USER", 20),
    maxTopicsPerUser: count("MAX_TOPICS_PER_USER", 500),
    maxTitleLength: count("MAX_TITLE_LENGTH", 120),
    maxMessageBytes: count("MAX_MESSAGE_BYTES", 8_192, 1_024, 16 * many),
    maxBufferedBytes: count("MAX_BUFFERED_BYTES", 1_048_576, 1_024, 1_000 * many),
    messagesPerSecond: count("MESSAGES_PER_SECOND", 20),
    authenticationTimeout: seconds(count("AUTH_TIMEOUT_SECONDS", 10, 1, 300)),
    heartbeatInterval: seconds(count("HEARTBEAT_SECONDS", 30, 1, 3_600)),
    shutdownTimeout: count("SHUTDOWN_TIMEOUT_MS", 1_400, 100, 600_000),
    handoverTime: seconds(count("HANDOVER_SECONDS", 10, 0, 3_600)),
    closesPerSecond: count("CLOSES_PER_SECOND", 1_000),
  };
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  return configuration;
}
