import net from "node:net";
import type { HostKeyWatch } from "./host-key.ts";

const reasons: { [code: string]: string } = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ECONNRESET: "connect: connection reset by peer",
  EACCES: "connect: permission denied",
  ENOENT: "connect: no such file or directory",
  ETIMEDOUT: "i/o timeout",
};

/** A failed connect, in the words operators know from the official plug-in. */
export function socketError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const code = error.code ?? "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new Error(`dial tcp: lookup ${host}: no such host`);
  const address = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  return new Error(`dial tcp ${address}: ${reasons[code] ?? `connect: ${error.message}`}`);
}

export function agentError(error: NodeJS.ErrnoException, path: string): Error {
  return new Error(`dial unix ${path}: ${reasons[error.code ?? ""] ?? `connect: ${error.message}`}`);
}

type SshError = Error & { level?: string; code?: string };

export function handshakeError(error: SshError, hostKey: HostKeyWatch, attempted: readonly string[]): Error {
  return new Error(`ssh: handshake failed: ${reason(error, hostKey, attempted)}`);
}

function reason(error: SshError, hostKey: HostKeyWatch, attempted: readonly string[]): string {
  if (hostKey.mismatch) return "ssh: host key mismatch";
  if (error.level === "client-authentication") {
    const methods = attempted.join(" ");
    return `ssh: unable to authenticate, attempted methods [${methods}], no supported methods remain`;
  }
  if (error.level === "client-timeout") return "i/o timeout";
  if (error.code === "ECONNRESET") return "connection reset by peer";
  if (/no matching host key format/.test(error.message)) {
    return `ssh: no common algorithm for host key; client offered: [${hostKey.algorithms.join(" ")}]`;
  }
  return `ssh: ${error.message}`;
}
