import { type StartParameters, secretNames } from "./release-context.ts";
import type { Start } from "./start.ts";

/** A start in which the configuration has the last word, and that says where it had. */
export function settled(start: Start, parameters: StartParameters): Start {
  const environment: Record<string, string> = {};
  const notes = [...start.notes];
  for (const [name, value] of Object.entries(start.environment)) {
    const winner = winnerOf(name, parameters);
    if (!winner) environment[name] = value;
    else if (winner.value !== value)
      notes.push(`${start.source} sets ${name} to ${value}; what counts is ${winner.key}`);
  }
  const { backendInstances: instances } = parameters;
  if (start.instances && instances && start.instances !== instances)
    notes.push(
      `${start.source} asks for ${start.instances} instances; what counts is backendInstances: ${instances}`,
    );
  return { ...start, environment, notes };
}

/** The key of the configuration that decides a variable, and its value where that is known and no secret. */
function winnerOf(
  name: string,
  parameters: StartParameters,
): { key: string; value?: string | undefined } | undefined {
  const { backendPort, websocketPath, backendEnvironment: plain = {} } = parameters;
  if (name === "PORT") return { key: `backendPort: ${backendPort ?? 3000}`, value: String(backendPort) };
  if (name === "WS_PATH") return { key: `websocketPath: ${websocketPath ?? "/ws"}`, value: websocketPath };
  if (name === "HOST") return { key: "127.0.0.1, where nginx reaches it", value: "127.0.0.1" };
  if (name === "HANDOVER_SECONDS") return { key: "handoverSeconds" };
  if (secretNames(parameters).includes(name)) return { key: "backendSecretEnvironment" };
  if (Object.hasOwn(plain, name)) return { key: "backendEnvironment", value: plain[name] };
  return undefined;
}
