import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { TestStack } from "../support/stack.ts";

/*
 * Other ways to configure the same host. The handshake at the end of each `up` is the proof: over wss it verifies the
 * certificate against the CA of the outputs.
 */
let stack: TestStack;
let bastion: TestStack;
beforeAll(async () => {
  [stack, bastion] = await Promise.all([TestStack.start("variants"), TestStack.start("bastion")]);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await bastion?.[Symbol.asyncDispose]();
});

it("without TLS only port 80 is opened, and the proof goes over ws, also with routes of one's own", async () => {
  await buildPage("one", "D1wrgTda");
  const page = { files: join(stack.files, "dist"), fallback: "index.html" };
  await stack.configure({ tls: "off", routes: { "/ws": { websocket: true }, "/healthz": {}, "/": page } });
  expect(await stack.up()).not.toContain("wss://");
  expect(await stack.on("sudo ufw status")).not.toContain("443");
  expect(await stack.on("sudo ss -Hltn sport = :443")).toBe("");
});

it("a single-page application is released in front of its user, who notices nothing, and a preview says so", async () => {
  const { address, testUrl = "" } = await stack.outputs();
  await using browser = await launchChromium();
  const page = await browser.newPage();
  const [failed, asked]: [string[], string[]] = [[], []];
  page.on("requestfailed", (request) => failed.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    asked.push(new URL(response.url()).pathname);
    if (response.status() >= 400) failed.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(`http://${address}/topics/7`);
  await page.evaluate(openWebSocket, testUrl);

  await buildPage("two", "E2wrgTdb");
  const { exitCode, summary } = await stack.summary();
  expect(exitCode).toBe(0);
  expect(summary).toMatch(
    /\| file-set \| update \| release .+ → .+, files: 2 added, 1 changed, 2 removed \| nothing \|/,
  );
  expect(summary).not.toMatch(/^\| (site|backend) \|/m);
  const workers = () => stack.on("pgrep -u www-data nginx");
  const before = await workers();
  await stack.up();
  expect(await workers()).toBe(before);
  // What the page loads only now is an asset of the release that it came from.
  expect(await page.evaluate("more().then(({ title }) => title)")).toBe("one");
  expect(asked).toContain("/assets/more-D1wrgTda.js");
  expect(await page.evaluate("webSocket.readyState")).toBe(1); // open
  expect(failed).toEqual([]);
  expect(asked.filter((path) => path === "/healthz").length).toBeGreaterThan(20);
  await page.reload();
  expect([await page.title(), await page.evaluate("more().then(({ title }) => title)")]).toEqual([
    "two",
    "two",
  ]);
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
});

it("its files go back by a command, and an archive that the host has lost is sent again by itself", async () => {
  const title = async () => /<title>(.*?)</.exec(await (await fetch(`http://${address}/`)).text())?.[1];
  const { address } = await stack.outputs();
  const back = await stack.npm("rollback", "--files", "/", "--yes");
  expect(back.output).toMatch(/Release [0-9a-f]{12} serves\./);
  expect([back.exitCode, await title()]).toEqual([0, "one"]);
  expect((await stack.npm("status")).output).toMatch(
    /^files \/ +[0-9a-f]{12}, deployed .* ago; [0-9a-f]{12} was deployed$/m,
  );
  await stack.on("rm .geo-system/root-*.files");
  const up = await stack.up();
  expect(up).toMatch(
    /drift: rolled back: release [0-9a-f]{12} is served in the place of [0-9a-f]{12}, since /,
  );
  expect(up).toMatch(/the archive of release [0-9a-f]{12} is missing/);
  expect(await title()).toBe("two");
  await stack.must("preview", "--expect-no-changes");
});

/** A page as a bundler builds it, that asks the backend all the time and loads a part of itself when it is told to. */
async function buildPage(title: string, digits: string): Promise<void> {
  const assets = join(stack.files, "dist/assets");
  await rm(assets, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const [own, more] = [`index-${digits}.js`, `more-${digits}.js`];
  const head = `<title>${title}</title><link rel="icon" href="data:,">`;
  const page = `${head}<script type="module" src="/assets/${own}"></script>`;
  await writeFile(join(stack.files, "dist/index.html"), page);
  const ask = `setInterval(() => fetch("/healthz"), 50);`;
  await writeFile(join(assets, own), `window.more = () => import("/assets/${more}"); ${ask}`);
  await writeFile(join(assets, more), `export const title = "${title}";`);
}

/** In the browser. */
function openWebSocket(url: string): Promise<unknown> {
  const webSocket = new globalThis.WebSocket(url);
  Object.assign(globalThis, { webSocket });
  return new Promise((resolve) => webSocket.addEventListener("open", () => resolve(undefined)));
}

it("a site of several names is proven by every one, and no up passes while one leads nowhere", async () => {
  const { address = "" } = await stack.outputs();
  const secondAddress = address.replace(/\d+$/, "9"); // Sandboxes take numbers from 10 on.
  await stack.on(`sudo ip address add ${secondAddress}/24 dev host0`);
  await stack.must("config", "set", "tls", "self-signed");
  await stack.must("config", "set", "serverName", `${address}, ${secondAddress}`);
  const proven = new RegExp(`ws://${address}/ws +wss://${address}/ws +wss://${secondAddress}/ws`);
  expect(await stack.up()).toMatch(proven);
  expect(await stack.pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });

  await stack.must("config", "set", "serverName", `${address}, ${secondAddress}, nowhere.invalid`);
  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(exitCode).not.toBe(0);
  expect(output).toContain("serverName: nowhere.invalid leads nowhere");
  expect(output).toContain("failed wss://nowhere.invalid/ws at name");
  await stack.must("config", "rm", "serverName");
});

it("a provided certificate of a private CA is served and verified", async () => {
  const { address = "" } = await stack.outputs();
  const { ca, leaf, key } = await issue(stack.files, address);
  await stack.must("config", "set", "tls", "provided");
  await stack.must("config", "set", "certificateFile", leaf);
  await stack.must("config", "set", "certificateKeyFile", key);
  await stack.must("config", "set", "certificateAuthorityFile", ca);
  expect(await stack.up()).toMatch(/tls +- +ok/);
  expect(await stack.on("sudo ufw status")).toMatch(/443\/tcp +ALLOW/);
});

it("a certificate without its own key is refused, and the old one is served on", async () => {
  const { key: other } = await issue(stack.files, "other");
  await stack.must("config", "set", "certificateKeyFile", other);
  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/certificateKeyFile: expected the key of .*, found another one/);
});

it("back to a CA of its own, and through a jump host", async () => {
  for (const key of ["tls", "certificateFile", "certificateKeyFile", "certificateAuthorityFile"]) {
    await stack.must("config", "rm", key);
  }
  const { address, hostKey } = bastion.info();
  stack.stack.keyPaths.push(...bastion.stack.keyPaths);
  await stack.must("config", "set", "jumpHost", `ubuntu@${address}`);
  await stack.must("config", "set", "jumpHostKey", hostKey);
  expect(await stack.up()).toMatch(/tls +- +ok/);
  expect(await bastion.on("sudo journalctl -u ssh --no-pager | grep -c 'Accepted publickey'")).toMatch(
    /^[2-9]|\d\d/,
  );
});

/** A certificate for an address or a name by a CA made for it, with openssl as an operator would. */
async function issue(folder: string, name: string) {
  const file = (suffix: string) => join(folder, `${name}-${suffix}.pem`);
  const [ca, caKey, leaf, key] = ["ca", "ca-key", "leaf", "key"].map(file) as [
    string,
    string,
    string,
    string,
  ];
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const san = /^\d+(\.\d+){3}$/.test(name) ? `IP:${name}` : `DNS:${name}`;
  await execa("openssl", ["req", "-x509", ...ec, "-subj", "/CN=test CA", "-keyout", caKey, "-out", ca]);
  const extensions = ["-addext", `subjectAltName=${san}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  const by = ["-CA", ca, "-CAkey", caKey];
  await execa("openssl", [
    "req",
    "-x509",
    ...by,
    ...ec,
    "-subj",
    `/CN=${name}`,
    ...extensions,
    "-keyout",
    key,
    "-out",
    leaf,
  ]);
  return { ca, leaf, key };
}
