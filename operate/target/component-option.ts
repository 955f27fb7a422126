import { Option } from "commander";

/** `--component NAME`: which of the hosts of a fleet, or of a program of one's own. */
export const componentOption = () =>
  new Option(
    "--component <name>",
    "the name of its WebSocketHost, where there are several: geo-b of a fleet",
  );

/** @throws where it is said of a stack with one host */
export function refuseComponent(component: string | undefined): void {
  if (component !== undefined && component !== "geo")
    throw new Error(`--component: expected nothing, since this stack has one host, geo; found ${component}`);
}
