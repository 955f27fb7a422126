import { protocolOf } from "../../../infra/handshake/protocols/table.ts";
import { type Run, runProtocol } from "../../../infra/handshake/run.ts";
import type { ClientSecrets, Target } from "../../target/target.ts";
import { urlSecrets, withSecret } from "../../target/url-secret.ts";
import type { ManySeen } from "./observed.ts";
import { openingOnly } from "./opening-only.ts";

/** Of two workers one is missed by so many connections once in 65,536 times, of eight once in ten. */
const howMany = 16;

/**
 * Connections at once, to meet each of several: workers of nginx, processes of the backend, machines behind one name. None
 * shows a token, and a refusal is an answer too.
 *
 * @param url one on which a client passes
 */
export async function seeMany(
  url: string,
  { ssh, application }: Pick<Target, "ssh" | "application">,
  { handshake, ca }: Pick<ClientSecrets, "handshake" | "ca">,
  timeoutMs: number,
): Promise<ManySeen> {
  const protocol = openingOnly(protocolOf(handshake));
  const client = { url: withoutSecrets(url), protocol, token: "", ca, timeoutMs };
  const open = () => runProtocol({ ...client, names: { ssh, application } });
  const runs = await Promise.all(Array.from({ length: howMany }, open));
  return { asked: howMany, silent: runs.filter(isSilent).length };
}

const withoutSecrets = (url: string) =>
  urlSecrets(new URL(url)).reduce((one, { name }) => withSecret(one, name, ""), new URL(url)).href;

/** The port took the connection, and nothing came on it. */
const isSilent = ({ rows, seen }: Run) =>
  seen?.waitedMs !== undefined && rows.some(({ hop, status }) => hop === "tcp" && status === "ok");
