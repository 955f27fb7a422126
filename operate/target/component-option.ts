import { Option } from "commander";

/** `--component NAME`: which of the hosts of a program of one's own. */
export const componentOption = () =>
  new Option(
    "--component <name>",
    "the name of its WebSocketHost, where a program of your own makes several",
  );

/** @throws where it is said in a checkout, whose program makes one */
export function refuseComponent(component: string | undefined): void {
  if (component !== undefined && component !== "geo")
    throw new Error(
      `--component: expected nothing, since this project makes one host, geo; found ${component}`,
    );
}
