// The handshake as a program of its own, for the host: a new release must pass it before a user meets it. The only
// thing that is not in its bundle is `ws`, which pm2 brings along.
//   node handshake.cjs URL FILE < token    FILE: {"script": …, "timeoutMs": …}
// Exit code 1: the last line of stderr says which hop broke, and why.
import { readFileSync } from "node:fs";
import { masking } from "./mask.ts";
import { runScript } from "./run.ts";
import type { HandshakeScript } from "./script.ts";

interface Described {
  script: HandshakeScript;
  timeoutMs: number;
}

async function prove(url: string, file: string): Promise<void> {
  const token = readFileSync(0, "utf8").trim();
  const { script, timeoutMs } = JSON.parse(readFileSync(file, "utf8")) as Described;
  // What to do next is said by the step: whoever reads this is on the host already.
  const names = { ssh: "ssh", application: "" };
  const { failure, rows } = await runScript({ url, script, token, timeoutMs, names });
  if (failure) {
    console.error(masking(token)(`it failed the handshake at ${failure.hop}: ${failure.cause}`));
    process.exit(1);
  }
  console.log(`handshake passed on ${url}: ${rows.length} hops`);
  process.exit(0);
}

const [url = "", file = ""] = process.argv.slice(2);
void prove(url, file);
