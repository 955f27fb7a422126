import { pulumiLine } from "../pulumi-command.ts";
import { backendLog, type HostNames, nginxLog, type Reading, stepCheck } from "./advice.ts";
import { bareHost, portOf } from "./open.ts";
import type { Seen } from "./seen.ts";

/** Errors with a code after the connection stood: TLS, or what comes instead of an HTTP answer. */
export function tlsFailure(hop: string, seen: Seen, names: HostNames): Reading {
  const port = portOf(new URL(seen.url));
  const { code = "" } = seen;
  if (hop !== "tls") return brokenAnswer(port, seen, names);
  if (seen.waitedMs !== undefined) {
    const seconds = seen.waitedMs / 1000;
    return {
      cause: `port ${port} took the connection, but TLS did not answer within ${seconds} s: nginx is out of file descriptors, or hangs`,
      next: nginxLog(names),
    };
  }
  if (code === "ECONNRESET") {
    return { cause: `port ${port} closed the connection during the TLS handshake`, next: nginxLog(names) };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return protocolError(port, seen, names);
  return certificateError(seen, names);
}

function protocolError(port: number, { code, message = "" }: Seen, names: HostNames): Reading {
  if (
    /wrong version number|packet length too long|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(
      `${code} ${message}`,
    )
  ) {
    return {
      cause: `port ${port} speaks plain HTTP, not TLS: "listen ${port} ssl" is missing in the site`,
      next: stepCheck(names, "site"),
    };
  }
  const reason = message.match(/SSL routines:[^:]*:([^:]+)/)?.[1] ?? message;
  return { cause: `TLS on port ${port} failed (${code}): ${reason}`, next: nginxLog(names) };
}

function certificateError({ url, code, message }: Seen, names: HostNames): Reading {
  const check = stepCheck(names, "certificate");
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return {
        cause: `the certificate has expired (${code})`,
        next: `${pulumiLine("up")}, which renews it; a provided one: renew its file first`,
      };
    case "CERT_NOT_YET_VALID":
      return {
        cause: `the certificate is not valid yet (${code}): the clock of this machine or of the host is wrong`,
        next: `date; ${names.ssh} timedatectl`,
      };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return {
        cause: `the certificate is signed by itself (${code}), not by the CA that was issued for this host`,
        next: check,
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        cause: `the certificate is for other names than ${bareHost(new URL(url))} (${code})`,
        next: `${check}; a provided certificate: ${pulumiLine("config set serverName <its name>")}`,
      };
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "CERT_SIGNATURE_FAILURE":
      return {
        cause: `the certificate was not issued by the trusted CA, or its chain is incomplete (${code})`,
        next: `${check}; a provided certificate: its file holds the chain, certificateAuthorityFile a private CA`,
      };
    default:
      return { cause: `TLS failed: ${message} (${code})`, next: check };
  }
}

/** The connection ended, or brought something that is not HTTP, where the answer to the upgrade was due. */
function brokenAnswer(port: number, { code = "", message }: Seen, names: HostNames): Reading {
  if (code === "ECONNRESET" || code === "EPIPE") {
    return {
      cause: `the connection was closed without an answer (${message}): worker_connections are used up, "return 444", or a crash`,
      next: nginxLog(names),
    };
  }
  if (code.startsWith("HPE_")) {
    return {
      cause: `what listens on port ${port} does not speak HTTP (${code})`,
      next: `${names.ssh} sudo ss -ltnp`,
    };
  }
  return { cause: `the upgrade failed: ${message} (${code})`, next: backendLog(names) };
}
