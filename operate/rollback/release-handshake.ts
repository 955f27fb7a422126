import { z } from "zod";
import type { Handshake } from "../../infra/handshake/handshake.ts";
import type { BackendStep } from "../../infra/step-names.ts";

const kept = z.object({
  handshake: z.custom<Handshake>((value) => typeof value === "object" && value !== null),
});

/** As much of a session as it takes. */
interface Asked {
  exec(command: string): Promise<{ code: number; stdout: string }>;
}

/**
 * How a release on the host is proven: by the handshake that it had when it was in use, which may be another one than the
 * stack's of today. Undefined where a version kept none of it.
 *
 * @throws where what the host kept is no handshake
 */
export async function handshakeOfRelease(
  session: Asked,
  release: string,
  step: BackendStep = "backend",
): Promise<Handshake | undefined> {
  const path = `/var/lib/geo-system/${step}/releases/${release}/handshake`;
  const { code, stdout } = await session.exec(`sudo cat ${path}`);
  if (code !== 0) return undefined;
  const read = kept.safeParse(JSON.parse(stdout));
  if (!read.success) throw new Error(`${path}: expected {"handshake": …}, found ${stdout.slice(0, 80)}`);
  return read.data.handshake;
}
