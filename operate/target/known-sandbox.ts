import { sandboxNames } from "../../sandbox/host/addresses.ts";
import { infoOf, readRecord, type SandboxInfo } from "../../sandbox/host/record.ts";
import { isRunning } from "../../sandbox/host/running.ts";
import { sandboxEnvironment } from "../sandbox-environment.ts";
import { stackOf } from "../sandbox-names.ts";

/** A sandbox as it is, on or off. */
export function knownSandbox(name: string): {
  host: SandboxInfo & { on: boolean };
  environment: Record<string, string>;
} {
  const record = readRecord(name);
  if (!record) throw new Error(missingSandbox(name, sandboxNames()));
  return { host: { ...infoOf(record), on: isRunning(name) }, environment: sandboxEnvironment(name) };
}
/** Another one may be meant: which there are is said. */
export function missingSandbox(name: string, others: readonly string[]): string {
  const stack = (sandbox: string) => (sandbox === stackOf(sandbox) ? "" : ` -- --stack ${stackOf(sandbox)}`);
  const found = others.length === 0 ? "" : `; there is ${others.map((each) => `"${each}"`).join(", ")}`;
  const next = [
    ...others.map((each) => `--stack ${stackOf(each)}`),
    `npm run up${stack(name)}`,
    "--host ADDRESS",
  ];
  return `there is no sandbox "${name}"${found}, and no other host was named\n  next: ${next.join("   or: ")}`;
}
