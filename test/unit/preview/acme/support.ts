import type { Network } from "../../../../infra/preview/acme/before-order.ts";
import type { DirectoryMeta } from "../../../../infra/preview/acme/directory.ts";
import type { Port80 } from "../../../../infra/preview/acme/port80.ts";
import type { Answer, Caa } from "../../../../infra/preview/acme/records.ts";

/** A network that answers what it is told; of anything else it knows nothing. */
export function network({
  addresses = {},
  caa = {},
  port80 = {},
  directory = {},
}: {
  addresses?: Record<string, Answer<string>>;
  caa?: Record<string, Answer<Caa>>;
  port80?: Record<string, Port80>;
  directory?: DirectoryMeta | "silent";
} = {}): Network {
  return {
    dns: {
      addresses: async (name) => addresses[name] ?? [],
      caa: async (name) => caa[name] ?? [],
    },
    port80: async (_, address) => port80[address] ?? { state: "refused" },
    directory: async () => (directory === "silent" ? undefined : directory),
  };
}

export const issue = (value: string, tag = "issue", critical = false): Caa => ({ critical, tag, value });
