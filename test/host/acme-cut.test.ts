import { afterAll, beforeAll, expect, it } from "vitest";
import { waitFor } from "../support/wait.ts";
import { AcmeHost } from "./support/acme-host.ts";
import { result } from "./support/served-host.ts";

/*
 * Power that fails in the middle of an order: after the boot the certificate before it, or the new one, is served at once,
 * and the next run goes through, however much was written. `ACME_CUTS=10` cuts at ten points, spread over the order.
 */

const cuts = Number(process.env.ACME_CUTS ?? 2);
const names = Array.from({ length: cuts }, (_, i) => `cut${i + 1}.geo.example.com`);
let acme: AcmeHost;
/** Milliseconds that an order takes. */
let took: number;

beforeAll(async () => {
  acme = await AcmeHost.start("acme-cut");
  await acme.up();
  const began = performance.now();
  await acme.order({ serverName: [acme.host.address, "first.geo.example.com"] });
  took = performance.now() - began;
});
afterAll(() => acme?.host[Symbol.asyncDispose]()); // none where it could not start

it.each(names)("a power cut in the order for %s is mended by the next run", async (name) => {
  const point = names.indexOf(name) + 1;
  const order = acme.order({ serverName: [acme.host.address, name] }).catch(() => "cut");
  await new Promise((resolve) => setTimeout(resolve, (took * point) / (cuts + 1)));
  await acme.host.off();
  await order;
  await acme.host.on();
  await waitFor("a valid certificate", () => acme.served(acme.host.address), { within: 30_000 });
  await acme.up();
  await acme.served(name);
  expect(result(await acme.order())).toBe("unchanged");
  expect(await acme.host.run("sudo geo-system acme check")).toBe("unchanged");
});
