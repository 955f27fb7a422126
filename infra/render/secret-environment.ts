import type { Settings } from "../settings/schema.ts";
import type { BackendStep } from "../step-names.ts";
import { applicationRoot, backendEnvironment } from "./environment.ts";
import { payload } from "./payload.ts";
import { matching } from "./place.ts";

type Parameters = Pick<
  Settings,
  | "backendName"
  | "user"
  | "backendPort"
  | "websocketPath"
  | "handover"
  | "handoverSeconds"
  | "backendEnvironment"
> & { step?: BackendStep };

/**
 * The payload of `backend environment`: the secrets as a file for `node --env-file`, and the token with which a release
 * is proven on the host. Wholly secret.
 *
 * @throws where a value cannot be written there, or would be outdone by a plain one; no message holds a value
 */
export function renderSecretEnvironment(
  parameters: Parameters,
  secrets: Record<string, string>,
  token: string,
): string {
  const plain = backendEnvironment(parameters);
  const lines = Object.entries(secrets).map(([name, value]) => {
    // Node lets the environment that is there already win, without a word.
    if (name in plain) throw refused(name, "is set in plain text too; remove it from backendEnvironment");
    return `${matching("backendSecretEnvironment", name, /^[A-Za-z_][A-Za-z0-9_]*$/)}=${quoted(name, value)}\n`;
  });
  const { backendName: name, user } = parameters;
  return payload({ secret: "yes", name, user }, [
    {
      path: `${applicationRoot(name)}/secret.env`,
      owner: `${user}:${user}`,
      mode: "0600",
      text: lines.join(""),
    },
    { path: `/var/lib/geo-system/${parameters.step ?? "backend"}/token`, mode: "0600", text: token },
  ]);
}

/** In quotes that the value does not hold: Node's format has no escape for them, and in `"` it reads `\n` as a line end. */
function quoted(name: string, value: string): string {
  if (/[\0\r]/.test(value))
    throw refused(name, "holds a carriage return or a zero byte, which are lost there");
  const quote = ["'", "`", '"'].find(
    (one) => !value.includes(one) && !(one === '"' && value.includes("\\n")),
  );
  if (!quote) throw refused(name, "holds every kind of quote (' ` \"), and there is no escape for them");
  return quote + value + quote;
}

function refused(name: string, why: string): Error {
  return new Error(
    `backendSecretEnvironment.${name}: expected a value for a file of node --env-file; this one ${why}`,
  );
}
