import type { OnHost } from "../handshake/instances-hop.ts";
import type { SshSession } from "../host/ssh.ts";
import type { BackendStep } from "../step-names.ts";

/** Each process has its own proof, and all of them at the same time. */
const patienceMs = 120_000;

/** Lets the host prove every process of the backend that serves now; see templates/scripts/backend-proof.sh. */
export async function proveInstancesOnHost(
  session: SshSession,
  step: BackendStep = "backend",
): Promise<OnHost> {
  const { code, stdout, stderr } = await session.exec(`sudo geo-system ${step} instances`, {
    timeoutMs: patienceMs,
  });
  const met = /met \d+ of \d+ instances in \d+ tr(?:y|ies)/.exec(stdout)?.[0];
  if (code === 0) return { ok: true, said: met ?? "the host proved its process" };
  const [why = ""] = stderr.trim().split("\n");
  return {
    ok: false,
    said: why.replace(/^geo-system [a-z0-9-]*: /, "") || `the host's proof ended with ${code}`,
  };
}
