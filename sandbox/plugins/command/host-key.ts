import type { ServerHostKeyAlgorithm } from "ssh2";

/** A pinned host key. */
export interface HostKey {
  /** What to agree on with the host, so that it shows this key and not one of another type that it also has. */
  algorithms: ServerHostKeyAlgorithm[];
  key: Buffer;
}

/** Reads a public key as it stands in known_hosts, without the host: `ssh-ed25519 AAAA… comment`. */
export function parseHostKey(line: string): HostKey {
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  const key = Buffer.from(base64, "base64");
  // The key repeats its type: four bytes of length, then the name.
  if (key.length < 4 || key.toString("latin1", 4, 4 + key.readUInt32BE(0)) !== type) {
    throw new Error(
      "failed to parse host key: ssh: no key found: expected one line such as `ssh-ed25519 AAAA…`",
    );
  }
  // Like the official one, which asks for an RSA key in its SHA-1 form alone; a present sshd has no such signature.
  return { algorithms: [type as ServerHostKeyAlgorithm], key };
}

/** The check of one handshake, which remembers what it found. */
export interface HostKeyWatch {
  verify: (shown: Buffer) => boolean;
  mismatch: boolean;
  /** Names of the algorithms asked for; empty: any. */
  algorithms: readonly string[];
}

/** Compares with the pinned key; without one any key passes. */
export function watchHostKey(pinned: HostKey | undefined): HostKeyWatch {
  const watch: HostKeyWatch = {
    algorithms: pinned?.algorithms ?? [],
    mismatch: false,
    verify: (shown) => {
      watch.mismatch = pinned !== undefined && !shown.equals(pinned.key);
      return !watch.mismatch;
    },
  };
  return watch;
}
