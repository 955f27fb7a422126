import { commandText } from "../../../infra/render/scripts.ts";
import type { TestHost } from "../../support/host.ts";

const counter = "/run/geo-system-cut";

/** The host's command, which is killed, as by a loss of power, once it has changed as many things as was asked for. */
export const commandThatIsCut = () =>
  commandText().replace(
    "\nchanged() {\n",
    `$&  local left\n  left=$(cat ${counter} 2> /dev/null || say 0)\n  [ "$left" = 0 ] || say "$((left - 1))" > ${counter}\n  [ "$left" != 1 ] || kill -KILL "$$"\n`,
  );

/** Runs it with a cut after its n-th change; whether it was cut. */
export async function cutAt(host: TestHost, n: number, run: () => Promise<unknown>): Promise<boolean> {
  await host.run(`echo ${n} | sudo tee ${counter}`);
  await run().catch(() => {}); // it was killed, which the counter tells
  return (await host.run(`cat ${counter}; sudo rm ${counter}`)).trim() === "0";
}
