import type { Duplex } from "node:stream";
import { Client, type ServerHostKeyAlgorithm } from "ssh2";
import { dial } from "./dial.ts";
import type { HostKeyRequest } from "./host-key.ts";
import { publicKeyOf } from "./public-key.ts";
import { forward, reach } from "./reach.ts";
import { address, SshError } from "./ssh-error.ts";

/** The key that the host shows, of the first of the types that it has. Hangs up before any login. */
export async function offeredKey(request: HostKeyRequest, types: readonly string[]): Promise<string> {
  const { jumpHost, privateKey, privateKeyPassword, timeoutMs = 10_000 } = request;
  if (!jumpHost) return shownOn(await reach(request, timeoutMs), request, types, timeoutMs);
  const key = { ...(privateKey && { privateKey }), ...(privateKeyPassword && { privateKeyPassword }) };
  const jump = await dial({ ...jumpHost, ...key }, { timeoutMs });
  try {
    return await shownOn(await forward(jump.client, request), request, types, timeoutMs);
  } finally {
    await jump.close();
  }
}

function shownOn(sock: Duplex, request: HostKeyRequest, types: readonly string[], readyTimeout: number) {
  return new Promise<string>((resolve, reject) => {
    const client = new Client();
    const hostVerifier = (blob: Buffer) => {
      resolve(publicKeyOf(blob));
      return false;
    };
    client.once("error", ({ message }) =>
      reject(noneCommon(message) ? unpinnable(request) : noKey(request, message)),
    );
    client.once("close", () => reject(noKey(request, "it closed the connection")));
    client.on("error", () => {}); // Our own refusal of the key comes back as an error, too.
    const algorithms = { serverHostKey: [...types] as ServerHostKeyAlgorithm[] };
    client.connect({ sock, username: request.user, readyTimeout, algorithms, hostVerifier });
  }).finally(() => sock.destroy());
}

const noneCommon = (message: string) => /no matching host key/.test(message);

function unpinnable(request: HostKeyRequest): SshError {
  return new SshError(
    "host key",
    `${address(request)} has no host key that can be pinned, probably an RSA key alone: Pulumi's plug-in asks for one in its SHA-1 form, which a present sshd refuses`,
    [
      "On the host, make the other kinds, and take lines out that name the RSA key alone:",
      "  sudo ssh-keygen -A; sudo grep -rn '^HostKey' /etc/ssh; sudo sshd -t && sudo systemctl restart ssh",
    ].join("\n"),
  );
}

function noKey(request: HostKeyRequest, why: string): SshError {
  return new SshError(
    "ssh",
    `${address(request)} did not show its host key: ${why}`,
    `See what it says: ssh-keyscan -p ${request.port} ${request.host}`,
  );
}
