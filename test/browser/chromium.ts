import { access, constants } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";

/** As root there is no sandbox for it; the rest keeps it from calling home while a test runs. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Chromium of the distribution, or the program that the environment variable CHROMIUM names.
 *
 * @param home its home folder, whose NSS database may hold CAs to trust; default: that of whoever runs the test
 */
export async function launchChromium(home?: string): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  await access(executablePath, constants.X_OK).catch((cause) => {
    const next = "install it (apt-get install chromium), or set CHROMIUM to its path";
    throw new Error(`expected Chromium at ${executablePath}; ${next}`, { cause });
  });
  const env = { ...process.env, ...(home && { HOME: home }) } as Record<string, string>;
  return chromium.launch({ executablePath, args: quiet, env });
}
