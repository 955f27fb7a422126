import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explain } from "../../operate/diagnose/explain/explain.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { TestStack } from "../support/stack.ts";
import { launchChromium } from "./chromium.ts";
import { openWindow } from "./pages.ts";
import { homeOfNobody, homeThatTrusts } from "./trust.ts";

/*
 * A host with `tls: acme`, its certificate issued for the bare address, seen by a browser whose only addition is the root
 * of the sandbox's CA. No check of the browser is switched off.
 */
let stack: TestStack;
let url: string;
let token: string;
const browsers: { browser: Browser; home: string }[] = [];

beforeAll(async () => {
  stack = await TestStack.start("browser-acme", { ca: true });
  await stack.up();
  const outputs = await stack.outputs();
  url = outputs.url ?? "";
  token = new URL(outputs.testUrl ?? "").searchParams.get("token") ?? "";
});
afterAll(async () => {
  for (const { browser, home } of browsers) {
    await browser.close();
    await rm(home, { recursive: true });
  }
  await stack?.[Symbol.asyncDispose](); // none where it could not start
});

async function browserAt(home: string): Promise<Browser> {
  const browser = await launchChromium(home);
  browsers.push({ browser, home });
  return browser;
}

const trusting = async () => browserAt(await homeThatTrusts((await sandbox.ca(stack.host))?.rootFile ?? ""));

test("opens the page over https:// and syncs over wss://", async () => {
  const browser = await trusting();
  const open = async () => {
    const window = await openWindow(browser, `${url}#token=${token}`, false);
    await window.state("connected");
    return window;
  };
  await using first = await open();
  const [socket] = await Promise.all([first.page.waitForEvent("websocket"), first.page.reload()]);
  expect(socket.url()).toBe(`${url.replace(/^https/, "wss")}ws`);
  await first.state("connected");
  await using second = await open();
  const title = `acme ${randomUUID()}`;
  await first.create(title);
  await second.topic(title).waitFor({ timeout: 3_000 });
  await second.delete(title);
  await first.topic(title).waitFor({ state: "detached" });
  expect(first.console.map((message) => message.text())).toEqual([]);
});

test("refuses it without that root", async () => {
  const browser = await browserAt(await homeOfNobody());
  await expect(openWindow(browser, url, false)).rejects.toThrow(/ERR_CERT_AUTHORITY_INVALID/);
});

test.each([
  ["by the page's own policy first", false, "content security policy"],
  ["as mixed content where a page has none", true, "mixed content"],
])("refuses ws:// from that page, %s, in words that --explain knows", async (_, bypassCSP, name) => {
  const browser = await trusting();
  const page = await browser.newPage({ bypassCSP });
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(url);
  const answer = await page.evaluate(opened, `${url.replace(/^https/, "ws")}ws`);
  expect(answer).not.toBe("opened");
  expect([answer, ...said].map((message) => explain(message)?.name)).toContain(name);
});

/** What a page's script is told of a WebSocket. */
function opened(address: string): Promise<string> {
  return new Promise((resolve) => {
    try {
      const socket = new WebSocket(address);
      socket.onerror = () => resolve("an error event");
      socket.onopen = () => resolve("opened");
    } catch (error) {
      resolve(String(error));
    }
  });
}
