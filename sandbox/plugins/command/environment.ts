import type { Client, SFTPWrapper } from "ssh2";
import type { Operation } from "../protocol/resource.ts";

export interface Variables {
  /** The program's own: a host that refuses one fails the command. */
  wanted: { [name: string]: string };
  /** Output of the previous command: a host that refuses it gets the command without. */
  previous: { [name: string]: string };
}

/** The variables the host accepts. Asks only where there are any: most hosts refuse all. */
export async function setEnvironment(
  client: Client,
  variables: Variables,
  operation: Operation,
): Promise<{ [name: string]: string }> {
  for (const [name, value] of Object.entries(variables.wanted)) {
    if (await accepts(client, name, value)) continue;
    await operation.log.error(refused(name));
    throw new Error(`could not set environment variable "${name}": ssh: setenv failed`);
  }
  const accepted = { ...variables.wanted };
  for (const [name, value] of Object.entries(variables.previous)) {
    if (await accepts(client, name, value)) accepted[name] = value;
    else await operation.log.warning(refused(name));
  }
  return accepted;
}

// ssh2 has this form of sftp(), its types do not.
interface ClientWithEnvironment {
  sftp(
    env: { [name: string]: string },
    done: (error: Error | undefined, channel?: SFTPWrapper) => void,
  ): void;
}

// ssh2 sets the variables of a command without asking for an answer, but asks for one on an SFTP channel.
function accepts(client: Client, name: string, value: string): Promise<boolean> {
  return new Promise((resolve) => {
    (client as unknown as ClientWithEnvironment).sftp({ [name]: value }, (error, channel) => {
      channel?.end();
      resolve(error?.message !== "Unable to set environment");
    });
  });
}

function refused(name: string): string {
  return (
    `Unable to set '${name}': the SSH server accepts only the variables that its AcceptEnv names. ` +
    "With a shell like bash on the host, the command itself can begin with VAR=value instead."
  );
}
