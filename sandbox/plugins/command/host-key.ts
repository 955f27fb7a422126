import type { ServerHostKeyAlgorithm } from "ssh2";

export interface HostKeyCheck {
  /** What to agree on with the host, so that it shows the pinned key and not one of its others. */
  algorithms?: ServerHostKeyAlgorithm[];
  verify: (shown: Buffer) => boolean;
  /** True once a host has shown another key. */
  mismatch: boolean;
}

const rsaSignatures: ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"];

/** The check against a pinned key (`ssh-ed25519 AAAA… comment`). Without one any key passes. */
export function hostKeyCheck(pinned: string | undefined): HostKeyCheck {
  if (pinned === undefined) return { verify: () => true, mismatch: false };
  const { type, key } = parse(pinned);
  const check: HostKeyCheck = {
    algorithms: type === "ssh-rsa" ? rsaSignatures : [type as ServerHostKeyAlgorithm],
    mismatch: false,
    verify: (shown) => {
      check.mismatch = !shown.equals(key);
      return !check.mismatch;
    },
  };
  return check;
}

function parse(line: string): { type: string; key: Buffer } {
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  const key = Buffer.from(base64, "base64");
  // The key repeats its type: four bytes of length, then the name.
  if (key.length < 4 || key.toString("latin1", 4, 4 + key.readUInt32BE(0)) !== type) {
    throw new Error(
      "failed to parse host key: expected one line such as `ssh-ed25519 AAAA…`: ssh: no key found",
    );
  }
  return { type, key };
}
