import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openWindow, type Window } from "./pages.ts";

export interface BrowserTarget {
  /** Of the page, with a slash at its end: `http://…/` or `https://…/`. */
  url: string;
  /** Of the account whose windows share their topics. */
  token: string;
  /** Of another account. */
  otherToken: string;
  /** Restarts the backend; done when it listens again. */
  restart(): Promise<void>;
}

const harmless = "WebSocket is closed before the connection is established.";

/** The stories of people with browsers, told to any host that serves the example backend. */
export function describeBrowser(name: string, prepare: () => Promise<BrowserTarget>): void {
  describe(name, () => {
    let target: BrowserTarget;
    let browser: Browser;
    beforeAll(async () => {
      [target, browser] = await Promise.all([prepare(), launchChromium()]);
    });
    afterAll(() => browser?.close());

    const open = () => openWindow(browser, target.url);
    const openAs = async (token: string) => {
      const window = await openWindow(browser, `${target.url}#token=${token}`);
      await window.state("connected");
      return window;
    };

    test("logs in with the token of the address, and takes it out of there", async () => {
      await using window = await openAs(target.token);
      expect(window.page.url()).toBe(target.url);
      await window.page.getByText(/^round trip [\d.]+ ms$/).waitFor();
      expect(window.console.map((message) => message.text())).toEqual([]);
    });

    test("stays logged in when the page is loaded again, until the user logs out", async () => {
      await using window = await openAs(target.token);
      await window.page.reload();
      await window.state("connected");
      await window.page.getByRole("button", { name: "Log out" }).click();
      await window.page.reload();
      await window.page.getByLabel("Token").waitFor();
    });

    test("asks for another token when one is refused, and does not try the bad one again", async () => {
      await using window = await open();
      await window.logIn("not-a-token");
      await window.page.getByText("That did not work: this is not a token.").waitFor();
      expect(window.webSockets()).toBe(1);
      await window.logIn(target.token);
      await window.state("connected");
    });

    test("shows a topic at once in the account's other window, and in no other account's (R8)", async () => {
      await using first = await openAs(target.token);
      await using second = await openAs(target.token);
      await using stranger = await openAs(target.otherToken);
      const [title, strangers] = [`R8 ${randomUUID()}`, `R8 ${randomUUID()}`];
      await first.create(title);
      await second.topic(title).waitFor({ timeout: 3_000 });
      // When the stranger's own topic is there, anything sent to him before would be there as well.
      await stranger.create(strangers);
      await stranger.topic(strangers).waitFor();
      expect(await stranger.topic(title).count()).toBe(0);
      await stranger.delete(strangers);
      await second.delete(title);
      await first.topic(title).waitFor({ state: "detached" });
    });

    test("says when it comes back after the server restarts, comes back, and has the topics (R6)", async () => {
      await using window = await openAs(target.token);
      const title = `R6 ${randomUUID()}`;
      await window.create(title);
      await window.topic(title).waitFor();
      const lost = window.state("waiting");
      const countdown = window.page.getByText(/^the server restarts · try 1 in [01]\.\d s$/).waitFor();
      await Promise.all([lost, countdown, target.restart()]);
      await window.state("connected");
      await window.topic(title).waitFor();
      await window.delete(title);
      await window.topic(title).waitFor({ state: "detached" });
    });

    test("prints a harmless warning when the page closes while it connects: the service is healthy (R11)", async () => {
      await using window = await open();
      const warning = window.page.waitForEvent("console", (message) => message.text().includes(harmless));
      await logInAndOut(window, target.token);
      expect((await warning).text()).toMatch(/^WebSocket connection to 'wss?:\/\/[^']*' failed: /);
      expect(await healthOf(window)).toBe(200);
      await window.logIn(target.token);
      await window.state("connected");
    });
  });
}

/** In one go, so that the browser has no time to connect in between. */
async function logInAndOut({ page }: Window, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.evaluate(
    'document.getElementById("login").requestSubmit(); document.getElementById("log-out").click()',
  );
}

function healthOf({ page }: Window): Promise<number> {
  return page.evaluate(async () => (await fetch("healthz")).status);
}
