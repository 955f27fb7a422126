import { template } from "../package-root.ts";
import type { HostConnection } from "./connection.ts";
import { connect } from "./ssh.ts";
import { address, SshError } from "./ssh-error.ts";

/** How often the host hears that the run is alive; it gives the lock up after 15 s of silence. */
const beatMs = 3_000;

/**
 * Tells the host that an `up` is under way, from now until this process ends. The undo of a resource that Pulumi
 * replaces is then told from the one of a `destroy`: see templates/scripts/up.sh. Keeps no process alive.
 *
 * @param owner of the host, as `ownerName` says it
 * @param booted what the host has to do first, where it boots still
 * @throws SshError where the host cannot be reached, or does not take the lock
 */
export async function holdUp(
  connection: HostConnection,
  owner: string,
  booted?: Promise<unknown>,
): Promise<void> {
  // The connection keeps no process alive, and a program that ends while it waits here has declared nothing: Pulumi would
  // take that for a program without resources, and delete them all.
  const awake = setInterval(() => {}, 1_000);
  try {
    await booted;
    await held(connection, owner);
  } finally {
    clearInterval(awake);
  }
}

async function held(connection: HostConnection, owner: string): Promise<void> {
  const session = await connect(connection, { background: true });
  await new Promise<void>((resolve, reject) => {
    const following = session.follow(`sudo -n bash -s -- ${owner}`, {
      input: template("scripts/up-hold.sh"),
      onText: (text) => text.includes("held") && resolve(),
      // It ends with this process.
      signal: new AbortController().signal,
      beatMs,
    });
    following.then(({ stderr }) => reject(notHeld(connection, stderr)), reject);
  });
}

const notHeld = (connection: HostConnection, why: string) =>
  new SshError(
    "command",
    `${address(connection)} does not take note of this run: ${why.trim() || "without a word"}`,
    `${connection.user} must be allowed to use sudo without a password: log in and try: sudo -n true`,
  );
