import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect } from "vitest";
import type { TestStack } from "../support/stack.ts";
import type { Case, Result } from "./case.ts";
import { Checkout, markers } from "./checkout.ts";
import { Held } from "./held.ts";
import { Visitors } from "./prober.ts";

/** Milliseconds in which everyone who stayed must be on the new release: the handover, its deadline, a reconnection. */
const handedOver = 40_000;

/**
 * A backend is deployed from its repository, proven, released once more under a prober while clients stay connected,
 * looked at, and taken away again. Fills in `result` as it goes, so that a failure leaves what was measured.
 */
export async function deployTwice(stack: TestStack, backend: Case, result: Result): Promise<void> {
  const { client, path = "/ws" } = backend;
  const name = backend.fixture.replaceAll(".", "-");
  const folder = join(stack.files, "我的 backends", `${name}-${randomBytes(3).toString("hex")}`);
  const checkout = await Checkout.of(backend, folder);
  await stack.configure({
    backendSource: checkout.source,
    backendName: name,
    websocketPath: path,
    ...backend.configuration,
  });
  const first = await stack.up();
  result.deployed = true;
  result.proven = provenBy(first);
  if (backend.says) expect(first).toMatch(backend.says);

  const place = { host: (await stack.outputs()).address ?? "", path };
  using held = new Held(client, place, 3);
  await held.reach(1, 10_000);
  expect(await client.visit(place)).toMatchObject({ release: 1, ...backend.hello });

  await checkout.change();
  await using visitors = new Visitors(client, place);
  await stack.up();
  await held.reach(2, handedOver);
  await visitors.stop();
  result.handshakes = visitors.made;
  result.failures = visitors.failures;
  result.saw = held.summary();
  expect(visitors.failures).toEqual([]);
  expect(await client.visit(place)).toMatchObject({ release: 2, ...backend.hello, ...backend.later });

  await healthy(stack);
  await stack.must("preview", "--expect-no-changes");
  expect(await ignoredFilesOn(stack)).toBe("");
}

function provenBy(output: string): string {
  expect(output).toMatch(/Handshake proven from outside/);
  return /Handshake proven from outside[^\n]*/.exec(output)?.[0] ?? "";
}

async function healthy(stack: TestStack): Promise<void> {
  const { exitCode, output } = await stack.npm("diagnose");
  expect(output).toMatch(/healthy/i);
  expect(exitCode, output).toBe(0);
}

/** Files on the host that hold what git ignores here, or have its name. */
async function ignoredFilesOn(stack: TestStack): Promise<string> {
  const places =
    "/srv /home /root /etc /tmp /var/tmp /var/lib/geo-system /var/log /run/geo-system /opt /usr/local";
  const words = Object.values(markers).map((marker) => `-e ${marker}`);
  return stack.on(
    `sudo grep -rlIs ${words.join(" ")} ${places}; sudo find ${places} \\( -name .env -o -name deploy.pem \\) 2>/dev/null; :`,
  );
}
