import { InvalidArgumentError, Option } from "commander";

/** How long `--wait` waits where it is given no number, in seconds. */
const usual = 600;
const most = 3600;

/** `--wait [seconds]`: for another run at work on the same host. Its value is 0 where it is not given. */
export const waitOption = () =>
  new Option("--wait [seconds]", `wait for another run on the host, ${usual} s unless a number follows`)
    .preset(String(usual))
    .default(0, "it is refused at once")
    .argParser(parseWait);

/** @example parseWait("60") // 60 */
export function parseWait(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= most) return seconds;
  throw new InvalidArgumentError(`expected seconds from 1 to ${most}, found ${text}`);
}
