import type { Browser, ConsoleMessage, Locator, Page } from "playwright-core";

export type ConnectionState = "connected" | "connecting" | "waiting" | "closed";

/** One window of the example backend's page, in the words of the person in front of it. */
export interface Window extends AsyncDisposable {
  page: Page;
  /** What the browser printed to its console. */
  console: ConsoleMessage[];
  /** How many WebSockets the page has opened. */
  webSockets(): number;
  logIn(token: string): Promise<void>;
  /** Done when the page shows that state. */
  state(state: ConnectionState): Promise<void>;
  create(title: string): Promise<void>;
  delete(title: string): Promise<void>;
  /** The line of the list with that title, whether it is there or not. */
  topic(title: string): Locator;
}

/**
 * Opens a window that shares nothing with the others, as if on another machine.
 *
 * @param url of the page; with `#token=…` it logs in by itself
 * @param ignoreHTTPSErrors false where the browser must trust the certificate by itself
 * @example await using window = await openWindow(browser, `${url}#token=${token}`)
 */
export async function openWindow(browser: Browser, url: string, ignoreHTTPSErrors = true): Promise<Window> {
  // A browser knows nothing of the host's private CA; that the certificate is right, the handshake proves.
  const context = await browser.newContext({ ignoreHTTPSErrors });
  const page = await context.newPage();
  const messages: ConsoleMessage[] = [];
  let opened = 0;
  page.on("console", (message) => messages.push(message));
  page.on("websocket", () => {
    opened += 1;
  });
  // The longest delays that the page would choose, so that each state can be seen.
  await page.addInitScript(() => {
    Math.random = () => 0.99;
  });
  await page.goto(url);
  return {
    page,
    console: messages,
    webSockets: () => opened,
    ...actions(page),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

function actions(page: Page) {
  const topic = (title: string) => page.getByRole("listitem").filter({ hasText: title });
  return {
    topic,
    async logIn(token: string) {
      await page.getByLabel("Token").fill(token);
      await page.getByRole("button", { name: "Log in" }).click();
    },
    async state(state: ConnectionState) {
      await page.locator(`#connection[data-state="${state}"]`).waitFor();
    },
    async create(title: string) {
      await page.getByLabel("Title of the new topic").fill(title);
      await page.getByRole("button", { name: "Create" }).click();
    },
    async delete(title: string) {
      await topic(title).getByRole("button").click();
    },
  };
}
