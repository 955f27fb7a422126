import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect } from "vitest";
import type { TestStack } from "../support/stack.ts";
import type { Case, Result } from "./case.ts";
import { Checkout, markers } from "./checkout.ts";
import type { Place } from "./clients/client.ts";
import { Held } from "./held.ts";
import { Visitors } from "./visitors.ts";

/** Milliseconds in which everyone who stayed must be on the new release: the handover, its deadline, a reconnection. */
const handedOver = 40_000;

/**
 * A backend is deployed from its repository and proven, released once more under visitors while clients stay
 * connected, then examined. Fills in `result` as it goes, so that a failure leaves what was measured.
 */
export async function deployTwice(stack: TestStack, backend: Case, result: Result): Promise<void> {
  const checkout = await deploy(stack, backend, result);
  const place = { host: (await stack.outputs()).address ?? "", path: backend.path ?? "/ws" };
  using held = new Held(backend.client, place, 3);
  await held.reach(1, 10_000);
  expect(await backend.client.visit(place)).toMatchObject({ release: 1, ...backend.hello });

  await checkout.change();
  await releaseUnderVisitors(stack, backend, { place, held, result });
  const now = await backend.client.visit(place);
  expect(now).toMatchObject({ release: 2, ...backend.hello, ...backend.later });

  await expectHealthy(stack);
  await stack.must("preview", "--expect-no-changes");
  expect(await ignoredFilesOn(stack), "files on the host that git ignores here").toBe("");
}

/** The first `up`, from a fresh checkout. */
async function deploy(stack: TestStack, backend: Case, result: Result): Promise<Checkout> {
  const name = backend.fixture.replaceAll(".", "-");
  // Like many a path of an operator: with a blank, and not in ASCII.
  const folder = join(stack.files, "我的 backends", `${name}-${randomBytes(3).toString("hex")}`);
  const checkout = await Checkout.of(backend, folder);
  const own = { backendSource: checkout.source, backendName: name, websocketPath: backend.path ?? "/ws" };
  await stack.configure({ ...own, ...backend.configuration });
  const output = await stack.up();
  result.deployed = true;
  expect(output).toContain("Handshake proven from outside");
  result.proven = presetOf(backend);
  if (backend.says) expect(output).toMatch(backend.says);
  return checkout;
}

/** What the `up` proved it by. */
function presetOf({ configuration: { handshake = "plain" } = {} }: Case): string {
  return typeof handshake === "string" ? handshake : JSON.stringify(handshake);
}

/** The second `up`, until everyone who stayed is on the new release. */
async function releaseUnderVisitors(
  stack: TestStack,
  { client }: Case,
  { place, held, result }: { place: Place; held: Held; result: Result },
): Promise<void> {
  const visitors = new Visitors(client, place);
  try {
    await stack.up();
    await held.reach(2, handedOver);
  } finally {
    await visitors.stop();
    Object.assign(result, { handshakes: visitors.made, failures: visitors.failures, saw: held.summary() });
  }
  expect(visitors.failures).toEqual([]);
}

async function expectHealthy(stack: TestStack): Promise<void> {
  const { exitCode, output } = await stack.npm("diagnose");
  expect(output).toMatch(/healthy/i);
  expect(exitCode, output).toBe(0);
}

/** Files on the host that hold what git ignores here, or have the name of such a file. */
async function ignoredFilesOn(stack: TestStack): Promise<string> {
  const places =
    "/srv /home /root /etc /tmp /var/tmp /var/lib/geo-system /var/log /run/geo-system /opt /usr/local";
  const words = Object.values(markers).map((marker) => `-e ${marker}`);
  const contents = `sudo grep -rlIs ${words.join(" ")} ${places}`;
  const names = `sudo find ${places} \\( -name .env -o -name deploy.pem \\) 2>/dev/null`;
  return stack.on(`${contents}; ${names}; :`);
}
