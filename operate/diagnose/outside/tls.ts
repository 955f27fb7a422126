import { isIP } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { bareHost, portOf } from "../../../infra/handshake/open.ts";
import { trusting } from "../../../infra/trusted-roots.ts";
import { leave } from "./leave.ts";
import type { TlsSeen } from "./observed.ts";

/**
 * The certificate that is shown, good or bad: the client's own flow refuses a bad one before anybody could read it.
 * Undefined where nothing took the connection.
 */
export function seeTls(url: URL, ca: string | undefined, timeoutMs: number): Promise<TlsSeen | undefined> {
  const host = bareHost(url);
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host, port: portOf(url), ...(isIP(host) ? {} : { servername: host }) },
      ...trusting(ca),
      rejectUnauthorized: false, // Nothing is sent on it; whether it may be trusted is what we report.
    });
    let connected = false;
    const broken = (why: string) => (connected ? { ...none, broken: why } : undefined);
    const end = (seen: TlsSeen | undefined) => {
      socket.destroy();
      resolve(seen);
    };
    socket.setTimeout(timeoutMs, () => end(broken("silence")));
    socket.once("connect", () => (connected = true));
    socket.once("error", (error: NodeJS.ErrnoException) => end(broken(error.code ?? error.message)));
    socket.once("secureConnect", () => {
      resolve(shown(socket, host));
      leave(socket);
    });
  });
}

const none = { otherName: false, protocol: "", begins: 0, ends: 0, names: "", fingerprint: "" };

function shown(socket: TLSSocket, host: string): TlsSeen {
  const certificate = socket.getPeerCertificate();
  const { valid_from, valid_to, subjectaltname = "", fingerprint256 = "" } = certificate;
  const problem = socket.authorizationError as unknown as string | null; // A code, whatever its type says.
  return {
    protocol: socket.getProtocol() ?? "",
    begins: Date.parse(valid_from),
    ends: Date.parse(valid_to),
    names: subjectaltname.replaceAll("IP Address:", "").replaceAll("DNS:", ""),
    fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
    otherName: checkServerIdentity(host, certificate) !== undefined,
    ...(problem && { problem: String(problem) }),
  };
}
