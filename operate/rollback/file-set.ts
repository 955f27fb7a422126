import { fileRoutesOf } from "../../infra/settings/routes.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import type { StackHost } from "../host-session.ts";
import { splitLines } from "../split-lines.ts";

/** One move of a link. */
const patienceMs = 60_000;

/**
 * The step on the host that has the files of a route.
 *
 * @throws where the configuration has no files at that path
 */
export function fileSetStep(settings: Pick<Settings, "websocketPath" | "routes">, path: string): string {
  const routes = fileRoutesOf(settings);
  const route = routes.find((each) => each.path === path);
  if (route) return `file-set-${route.name}`;
  const paths = routes.map((each) => each.path).join(", ");
  throw new Error(
    `--files: expected ${paths ? `a path of routes that has files: ${paths}` : "a stack with files in its routes"}; found ${path}`,
  );
}

/** No connection notices it, and nginx hears nothing of it: a request meets the one release or the other. */
export async function goBackFiles(
  { session }: StackHost,
  step: string,
  release: string,
  wait: number,
  show: (line: string) => void,
): Promise<void> {
  const { code, stderr } = await session.exec(
    `sudo geo-system ${step} rollback --to ${release} --wait ${wait}`,
    {
      timeoutMs: wait * 1000 + patienceMs,
      onText: splitLines(show),
    },
  );
  if (code !== 0) throw new Error(stderr.trim());
}
