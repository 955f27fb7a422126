// The handshake as a program of its own, for the host: a new release must pass it before a user meets it. The only
// thing that is not in its bundle is `ws`, which pm2 brings along.
//   node handshake.cjs URL FILE [PID@PORT …] < token    FILE: {"handshake": …, "timeoutMs": …}
// With processes behind it every one of them must pass, at its own port in place of the URL's.
// Exit code 1: the last line of stderr says which hop broke, and why.
import { readFileSync } from "node:fs";
import type { Handshake } from "./handshake.ts";
import { type Instance, proveInstances } from "./instances.ts";
import { masking } from "./mask.ts";
import { meeting } from "./owners.ts";
import { protocolOf } from "./protocols/table.ts";
import { runProtocol } from "./run.ts";

interface Described {
  handshake: Handshake;
  timeoutMs: number;
}

async function main(url: string, file: string, processes: readonly string[]): Promise<void> {
  const token = readFileSync(0, "utf8").trim();
  const described = JSON.parse(readFileSync(file, "utf8")) as Described;
  const prove = (at: string) => proveOnce(at, described, token);
  const { failure, said } = processes.length > 0 ? await proveAll(url, processes, prove) : await prove(url);
  if (failure) console.error(masking(token)(failure));
  else console.log(said);
  process.exit(failure ? 1 : 0);
}

interface Proven {
  failure?: string | undefined;
  said: string;
}

async function proveOnce(url: string, { handshake, timeoutMs }: Described, token: string): Promise<Proven> {
  // What to do next is said by the step: whoever reads this is on the host already.
  const names = { ssh: "ssh", application: "", direct: true };
  const { failure, rows } = await runProtocol({
    url,
    protocol: protocolOf(handshake),
    token,
    timeoutMs,
    names,
  });
  return {
    failure: failure && `it failed the handshake at ${failure.hop}: ${failure.cause}`,
    said: `handshake passed on ${url}: ${rows.filter(({ status }) => status === "ok").length} hops`,
  };
}

/** Each of several processes, by `PID@PORT`. */
async function proveAll(
  url: string,
  processes: readonly string[],
  prove: (url: string) => Promise<Proven>,
): Promise<Proven> {
  const instances = processes.map(readInstance);
  const { failure, met, tries } = await proveInstances(instances, async (port, wanted) => {
    const { answer, met } = await meeting(wanted, () => prove(atPort(url, port)));
    return { failure: answer.failure, met };
  });
  return { failure, said: `handshake passed: met ${met} of ${instances.length} instances in ${tries} tries` };
}

function readInstance(word: string): Instance {
  const [pid = 0, port = 0] = word.split("@").map(Number);
  return { pid, port };
}

function atPort(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}

const [url = "", file = "", ...processes] = process.argv.slice(2);
void main(url, file, processes);
