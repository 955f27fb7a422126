import { dirname } from "node:path";
import { pinned } from "../first/places.mjs";
import { downloads } from "../reach.ts";
import type { Pair } from "./check.ts";

interface Missing {
  place: Pair;
  /** Why each way to get the CLI failed, in the order they were tried. */
  reasons: readonly string[];
  /** The least version of Go that builds it. */
  go: string;
  platform?: NodeJS.Platform;
  arch?: string;
}

/** What a person reads when the CLI cannot be had: what was tried, and three ways on. */
export function missingCli(missing: Missing): string {
  const { place, reasons, go } = missing;
  const bin = dirname(place.cli);
  const file = archive(missing.platform ?? process.platform, missing.arch ?? process.arch);
  return `The Pulumi CLI ${pinned.cli} and its Node language host are missing and could not be had:
${reasons.map((reason) => `  - ${reason}`).join("\n")}

Do one of these, then run \`npm run setup\` again:
  1. Let this machine reach ${downloads} (behind a proxy: set HTTPS_PROXY).
  2. Install Go ${go} or newer, from https://go.dev/dl/ or your distribution, and put it on PATH. Set-up then
     builds both from the Go module proxy; that takes some minutes, once, and 6 GB of disk meanwhile.
  3. Fetch the archive on another machine and unpack it here:
       ${downloads}/releases/sdk/${file}
       mkdir -p ${bin}
       tar -xzf ${file} --strip-components=1 -C ${bin}
     These two must be there afterwards:
       ${place.cli}
       ${place.languageHost}`;
}

function archive(platform: NodeJS.Platform, arch: string): string {
  return `pulumi-v${pinned.cli}-${platform}-${arch}.tar.gz`;
}
