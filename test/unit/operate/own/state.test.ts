import { expect, it } from "vitest";
import { chosenHost, chosenHosts, hostsIn } from "../../../../operate/own/state.ts";
import { targetsOfHost } from "../../../../operate/own/target.ts";
import type { Target } from "../../../../operate/target/target.ts";

const urn = (name: string) => `urn:pulumi:prod::shop::geo-system:index:WebSocketHost::${name}`;
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

/** What `pulumi stack export --show-secrets` says of a host. */
const component = (name: string, outputs: object = {}) => ({
  ...{ urn: urn(name), type: "geo-system:index:WebSocketHost", outputs },
});
const step = (name: string, host: string, more: object = {}) => ({
  ...{ urn: `${urn(name)}::${name}-command`, type: "command:remote:Command", parent: urn(name) },
  inputs: { connection: secret({ host, port: 2222, user: "deploy", hostKey: "ssh-ed25519 AAAA", ...more }) },
});
const state = (...resources: object[]) => JSON.stringify({ version: 3, deployment: { resources } });

it("a host is read with its connection, its settings and its secret outputs", async () => {
  const settings = { backendName: "shop", siteName: "shop", websocketPath: "/chat", tls: "off" };
  const testUrl = secret("ws://203.0.113.7/chat?token=t0ken");
  const [host] = hostsIn(
    state(component("web", { settings, testUrl, url: "http://203.0.113.7/" }), step("web", "203.0.113.7")),
  );
  const [target] = targetsOfHost(host as never, "npm run up") as [Target];
  expect(target).toMatchObject({
    ...{ host: "203.0.113.7", user: "deploy", sshPort: 2222, application: "shop", site: "shop" },
    ...{ urls: ["ws://203.0.113.7/chat"], ssh: "ssh -p 2222 deploy@203.0.113.7" },
  });
  expect(await target.client).toMatchObject({ token: "t0ken" });
  expect(await target.connection()).toMatchObject({ hostKey: "ssh-ed25519 AAAA" });
});

it("of a first up that failed the connection is known, and the rest is the default", async () => {
  const [host] = hostsIn(state(component("web"), step("web", "203.0.113.7", { privateKey: "PEM" })));
  const [target] = targetsOfHost(host as never, "npm run up") as [Target];
  expect(target).toMatchObject({ application: "geo-backend", site: "geo-system" });
  expect(await target.client).toMatchObject({ problem: "no `up` of this stack has come to its end" });
  expect(await target.connection()).toMatchObject({ privateKey: "PEM" });
});

it("a jump host is passed on, also to a person who logs in by hand", async () => {
  const proxy = { host: "bastion", port: 22, user: "jump", hostKey: "ssh-ed25519 BBBB" };
  const [host] = hostsIn(state(component("web"), step("web", "10.0.0.7", { proxy })));
  const [target] = targetsOfHost(host as never, "npm run up") as [Target];
  expect(target.ssh).toBe("ssh -J jump@bastion -p 2222 deploy@10.0.0.7");
  expect(await target.connection()).toMatchObject({ jumpHost: proxy });
});

it("which host is meant must be clear, and the error has their names", () => {
  const two = hostsIn(
    state(component("b"), step("b", "203.0.113.8"), component("a"), step("a", "203.0.113.7")),
  );
  expect(chosenHost(two, "b", "prod").connection?.host).toBe("203.0.113.8");
  expect(() => chosenHost(two, undefined, "prod")).toThrow(
    "which host? expected the name of one WebSocketHost of the stack prod, found several: it has a (203.0.113.7), b (203.0.113.8)\n  next: --component a",
  );
  expect(() => chosenHost(two, "c", "prod")).toThrow("--component: expected the name of one");
  expect(() => chosenHost([], undefined, "prod")).toThrow("the stack prod has no WebSocketHost");
});

it("an empty stack has no host", () => {
  expect(hostsIn('{"version":3,"deployment":{}}')).toEqual([]);
});

it("of several applications each is a target with its own token, or the one that is meant", async () => {
  const settings = {
    tls: "off",
    applications: {
      api: { backendName: "api", websocketPath: "/api" },
      chat: { backendName: "chat", websocketPath: "/chat", handshake: "socket.io" },
    },
  };
  const testUrls = secret({ api: "ws://h/api?token=a", chat: "ws://h/chat?token=c" });
  const [host] = hostsIn(
    state(component("web", { settings, testUrls, testUrl: secret("ws://h/api?token=a") }), step("web", "h")),
  );
  const all = targetsOfHost(host as never, "npm run up");
  expect(all.map(({ applicationName, application, urls }) => [applicationName, application, urls])).toEqual([
    ["api", "api", ["ws://h/api"]],
    ["chat", "chat", ["ws://h/chat"]],
  ]);
  const [chat] = targetsOfHost(host as never, "npm run up", "chat") as [Target];
  expect(await chat.client).toMatchObject({ token: "c", handshake: { preset: "socket.io" } });
  expect(() => targetsOfHost(host as never, "npm run up", "web")).toThrow(
    "--application: expected api or chat",
  );
});

it("all hosts of a fleet are meant where none is named; beside another host one must be", () => {
  const parent = "urn:pulumi:prod::shop::geo-system:index:WebSocketFleet::geo";
  const member = (name: string) => ({ ...component(name), parent });
  const fleet = [
    member("geo-a"),
    step("geo-a", "203.0.113.7"),
    member("geo-b"),
    step("geo-b", "203.0.113.8"),
  ];
  const names = (wanted?: string, ...more: object[]) =>
    chosenHosts(hostsIn(state(...fleet, ...more)), wanted, "prod").map(({ name }) => name);
  expect(names()).toEqual(["geo-a", "geo-b"]);
  expect(names("geo-b")).toEqual(["geo-b"]);
  expect(() => names(undefined, component("web"))).toThrow("which host?");
});
