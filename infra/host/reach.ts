import { connect as openSocket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { SshTarget } from "./connection.ts";
import { address, SshError, unreachable } from "./ssh-error.ts";

/** A TCP connection to the host's sshd. */
export function reach(target: Pick<SshTarget, "host" | "port">, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    // SSH sends many small packets: with Nagle's algorithm a login takes 0.2 s longer.
    const socket = openSocket({ host: target.host, port: target.port, noDelay: true });
    const fail = (code: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(unreachable(target, code, timeoutMs / 1000));
    };
    const timer = setTimeout(fail, timeoutMs, "ETIMEDOUT");
    socket.once("error", (error) => fail(codeOf(error)));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

/** Where a name has several addresses, Node's error has no message of its own: the first address's counts. */
function codeOf(error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): string {
  return error.errors?.[0]?.code ?? error.code ?? error.message;
}

/** A connection to the host's sshd that the jump host opens for us. */
export function forward(jump: Client, target: Pick<SshTarget, "host" | "port">): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
      if (!error) return resolve(channel);
      const why = error.message.replace("(SSH) Channel open failure: ", "");
      reject(
        new SshError(
          "tcp",
          `the jump host cannot reach ${address(target)}: ${why}`,
          `Log in to the jump host and try from there: nc -vz ${target.host} ${target.port}`,
        ),
      );
    });
  });
}
