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
  if (!record)
    throw new Error(
      `there is no sandbox "${name}", and no other host was named\n  next: npm run up${name === "sandbox" ? "" : ` -- --stack ${stackOf(name)}`}   or: --host ADDRESS`,
    );
  return { host: { ...infoOf(record), on: isRunning(name) }, environment: sandboxEnvironment(name) };
}
