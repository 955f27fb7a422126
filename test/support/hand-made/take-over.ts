import { execa } from "execa";
import { parse } from "yaml";
import { project } from "../../../operate/run-pulumi.ts";
import type { TestHost } from "../host.ts";

/** What `npm run take-over` said of a host. */
export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** What its output is as configuration, without the prefix of the keys. */
  config: Record<string, unknown>;
}

/** Asked as an operator without a stack does. */
export async function takeOver({ info }: TestHost, ...more: string[]): Promise<Said> {
  const { address, keyPath, hostKey } = info;
  const named = ["--host", address, "--identity", keyPath, "--host-key", hostKey];
  const {
    exitCode = -1,
    stdout,
    stderr,
  } = await execa("node", ["operate/run.mjs", "take-over", ...named, ...more], {
    cwd: project,
    reject: false,
  });
  return {
    exitCode,
    stdout,
    stderr,
    config: exitCode === 0 && !more.includes("--json") ? configOf(stdout) : {},
  };
}

function configOf(text: string): Record<string, unknown> {
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^geo-system:/, ""), value]),
  );
}
