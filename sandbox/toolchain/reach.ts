import { execa } from "execa";
import { messageOf } from "./failure.ts";
import { onPath } from "./on-path.ts";

export const downloads = "https://get.pulumi.com";

/** Seconds: a closed network must not hold anyone up. */
const limits = { connect: 3, whole: 8 };

let answer: Promise<string | undefined> | undefined;

/**
 * Why Pulumi's downloads cannot be had from here; undefined where they can. Asked once a run, and with curl where
 * there is one: it knows the proxy and the certificates of the network, which Node's fetch does not.
 */
export function downloadsObjection(): Promise<string | undefined> {
  answer ??= onPath("curl") ? askCurl() : askFetch();
  return answer;
}

async function askCurl(): Promise<string | undefined> {
  const { connect, whole } = limits;
  const patience = ["--connect-timeout", `${connect}`, "--max-time", `${whole}`];
  const options = ["--silent", "--show-error", "--fail", "--location", "--head"];
  const { failed, stderr } = await execa("curl", [...options, ...patience, `${downloads}/install.sh`], {
    reject: false,
    stdin: "ignore",
  });
  return failed
    ? unreachable(
        stderr
          .trim()
          .split("\n")
          .at(-1)
          ?.replace(/^curl: \(\d+\) /, ""),
      )
    : undefined;
}

async function askFetch(): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(limits.whole * 1000);
    const { ok, status } = await fetch(`${downloads}/install.sh`, { method: "HEAD", signal });
    return ok ? undefined : unreachable(`it answers ${status}`);
  } catch (error) {
    return unreachable(messageOf(error instanceof Error && error.cause ? error.cause : error));
  }
}

function unreachable(reason: string | undefined): string {
  return `${new URL(downloads).host} cannot be reached${reason ? ` (${reason})` : ""}`;
}
