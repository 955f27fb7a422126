import { readFileSync } from "node:fs";
import { get } from "node:https";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { trusting } from "../../trusted-roots.ts";

/** What an ACME directory says of itself (RFC 8555, section 7.1.1). */
export interface DirectoryMeta {
  termsOfService?: string | undefined;
  /** By which CAA records call the CA. */
  caaIdentities?: string[] | undefined;
  profiles?: Record<string, string> | undefined;
  externalAccountRequired?: boolean | undefined;
}

const schema = z.object({
  meta: z
    .object({
      termsOfService: z.string().optional().catch(undefined),
      caaIdentities: z.array(z.string()).optional().catch(undefined),
      profiles: z.record(z.string(), z.string()).optional().catch(undefined),
      externalAccountRequired: z.boolean().optional().catch(undefined),
    })
    .catch({}),
});

/** Asks the directory; undefined where this machine does not reach it, since the host may. */
export async function askDirectory(url: string, caFile?: string): Promise<DirectoryMeta | undefined> {
  try {
    return schema.parse(JSON.parse(await fetchText(url, caFile))).meta;
  } catch {
    return undefined;
  }
}

function fetchText(url: string, caFile: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = caFile && readFileSync(caFile, "utf8");
    const options = {
      ...trusting(ca),
      headers: { "user-agent": "geo-system" },
      timeout: 3_000,
      agent: false as const,
    };
    const asked = get(url, options, (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject);
      else reject(new Error(`HTTP ${response.statusCode}`));
    });
    asked.once("timeout", () => asked.destroy(new Error("silence")));
    asked.once("error", reject);
  });
}
