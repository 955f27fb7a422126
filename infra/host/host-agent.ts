import { existsSync } from "node:fs";
import { withAgent } from "./agent.ts";
import { operatorSsh } from "./ssh-config.ts";

/**
 * As {@link withAgent}, with what the operator's ssh_config says of the host: its IdentityAgent is asked, and where no agent
 * holds a key and none is configured its IdentityFiles take the place of the usual ones. `say` hears what came from there.
 */
export async function withHostAgent<T>(
  host: string | undefined,
  keyPaths: readonly string[],
  run: () => Promise<T>,
  say: (line: string) => void = (line) => console.error(line),
): Promise<T> {
  if (host === undefined || keyPaths.length > 0) return withAgent(keyPaths, run);
  const { identityAgent, identityFiles } = operatorSsh(host);
  const files = identityFiles.filter((path) => !path.endsWith(".pub") && existsSync(path));
  if (identityAgent) say(`${host}: the SSH agent is ${identityAgent}, by IdentityAgent of ssh_config`);
  const started = () =>
    withAgent([], run, {
      ...(files.length > 0 && { usual: files }),
      onKeys: (keys) => {
        if (files.length > 0) say(`${host}: the key is ${keys.join(", ")}, by IdentityFile of ssh_config`);
      },
    });
  return identityAgent ? withSocket(identityAgent, started) : started();
}

async function withSocket<T>(socket: string, run: () => Promise<T>): Promise<T> {
  const before = process.env.SSH_AUTH_SOCK;
  process.env.SSH_AUTH_SOCK = socket;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = before;
  }
}
