import { Resolver } from "node:dns/promises";

/** A CAA record; `tag` and `value` are in `issue: "letsencrypt.org"` the key and its text. */
export interface Caa {
  critical: boolean;
  tag: string;
  value: string;
}

/** What the DNS answers: records, none at all (`[]`), or why that is not known. */
export type Answer<T> = T[] | { problem: string };

/** The questions of these checks to the DNS. */
export interface Dns {
  addresses: (name: string) => Promise<Answer<string>>;
  caa: (name: string) => Promise<Answer<Caa>>;
}

export const isProblem = <T>(answer: Answer<T>): answer is { problem: string } => !Array.isArray(answer);

/** The name servers of this machine; `/etc/hosts` is left out, since no CA reads it. */
export function machineDns(timeoutMs = 1_500): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  return {
    addresses: async (name) => {
      const all = await Promise.all([
        answer(() => resolver.resolve4(name)),
        answer(() => resolver.resolve6(name)),
      ]);
      return all.find(isProblem) ?? all.flatMap((some) => (isProblem(some) ? [] : some));
    },
    caa: async (name) => {
      const records = await answer(() => resolver.resolveCaa(name));
      return isProblem(records) ? records : records.map(caaOf);
    },
  };
}

/** `ENODATA` and `ENOTFOUND` are answers; the rest says that there was none. */
async function answer<T>(ask: () => Promise<T[]>): Promise<Answer<T>> {
  try {
    return await ask();
  } catch (error) {
    const { code = "no answer" } = error as NodeJS.ErrnoException;
    return code === "ENODATA" || code === "ENOTFOUND" ? [] : { problem: code };
  }
}

/** Node gives `{ critical: 128, issue: "ca.example" }`. */
function caaOf({ critical, ...rest }: object & { critical: number }): Caa {
  const [tag = "", value = ""] = Object.entries(rest).find(([key]) => key !== "type") ?? [];
  return { critical: critical !== 0, tag: tag.toLowerCase(), value: String(value) };
}
