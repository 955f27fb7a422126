import { resolve } from "node:path";
import pc from "picocolors";
import type { ProvenUrls } from "../../infra/outputs-file.ts";
import { exampleBackend } from "../../infra/package-root.ts";
import { hostsIn } from "../own/state.ts";
import type { ReadyStack } from "../run-pulumi.ts";
import { stackConfig } from "../stack.ts";
import { askPulumi } from "../target/ask-pulumi.ts";

/**
 * Says after an `up` that it proved the WebSocket, and the address to open.
 *
 * @param reported what the program itself reported of its outputs, as JSON; undefined: the CLI is asked
 */
export async function sayWhatIsThere(stack: ReadyStack, reported?: string): Promise<void> {
  if (stack.project.own) return sayOwnHosts(stack);
  const outputs = reported ?? (await askPulumi(stack, "stack", "output", "--json", "--show-secrets"));
  const { url, testUrl } = JSON.parse(outputs) as ProvenUrls;
  const token = new URL(testUrl).searchParams.get("token");
  const page = token && mayBeShown(stack) ? `${url}#token=${token}` : url;
  const what = testUrl.startsWith("ws") ? "The WebSocket" : "The application";
  console.log(`\n${pc.green(`${what} is proven.`)} Open ${pc.bold(page)}`);
  const pulumi = stack.environment.GEO_SYSTEM_PULUMI ?? "npm run -s pulumi --";
  console.log(`A URL for any client: ${pulumi} stack output testUrl --show-secrets`);
}

/** A program of one's own may make several, or none. */
async function sayOwnHosts(stack: ReadyStack): Promise<void> {
  for (const { name, outputs } of hostsIn(await askPulumi(stack, "stack", "export")))
    if (typeof outputs.url === "string") {
      const what = (outputs.wsUrl ?? outputs.wssUrl) ? "WebSocket" : "application";
      console.log(`\n${pc.green(`The ${what} of ${name} is proven.`)} Open ${pc.bold(outputs.url)}`);
    }
}

/** The token that a sandbox made for the bundled example, whose page reads it there, is worth nothing elsewhere. */
function mayBeShown({ sandbox, project, stack }: ReadyStack): boolean {
  if (!sandbox) return false;
  const given = stackConfig(project.folder, stack);
  if (JSON.stringify(given["geo-system:applications"] ?? "").includes("source")) return false;
  const source = String(given["geo-system:backendSource"] || exampleBackend);
  return !given["geo-system:handshakeToken"] && resolve(project.folder, source) === exampleBackend;
}
