import { ConfigurationError } from "./environment.ts";

/** As in sysexits.h: starting again will not help, someone has to change the configuration. */
const badConfiguration = 78;

interface SystemError extends Error {
  code: string;
  address?: string;
  port?: number;
  path?: string;
}

/** Why the backend did not start, and what to do, for the log. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof ConfigurationError) return { message: error.message, exitCode: badConfiguration };
  if (!isSystemError(error)) return { message: String(error), exitCode: 1 };
  return { message: `  ${advice(error)} (${error.message})`, exitCode: 1 };
}

function advice({ code, address, port, path }: SystemError): string {
  if (code === "EADDRINUSE")
    return `PORT: ${address}:${port} is taken; stop who listens there, or choose another`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "HOST: expected an address of this machine";
  if (port !== undefined && code === "EACCES") return `PORT: this user may not listen on port ${port}`;
  if (path !== undefined) return `DATA_DIR: expected a folder that can be written, failed at ${path}`;
  return "unexpected failure";
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
