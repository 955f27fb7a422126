import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { connectionArgs } from "../../../infra/host/connection.ts";

const hostKey = "ssh-ed25519 AAAA";
const dialling = { dialErrorLimit: 4, perDialTimeout: 10 };

test("host, port, user and pinned key, and nothing that differs between two operators", () => {
  expect(connectionArgs({ host: "203.0.113.10", port: 22, user: "ubuntu", hostKey })).toEqual({
    host: "203.0.113.10",
    port: 22,
    user: "ubuntu",
    hostKey,
    ...dialling,
  });
});

test("a jump host is the plug-in's proxy, with a pinned key of its own", () => {
  const jumpHost = { host: "bastion.example", port: 2222, user: "me", hostKey: "ssh-ed25519 BBBB" };
  const { proxy } = connectionArgs({ host: "10.0.0.5", port: 22, user: "ubuntu", hostKey, jumpHost });
  expect(proxy).toEqual({ ...jumpHost, ...dialling });
});

test("a private key is secret, for the host and for the jump host", async () => {
  const jumpHost = { host: "bastion.example", port: 22, user: "me", hostKey };
  const keys = { privateKey: "PEM", privateKeyPassword: "open sesame" };
  const args = connectionArgs({ host: "10.0.0.5", port: 22, user: "ubuntu", hostKey, jumpHost, ...keys });
  const proxy = args.proxy as typeof args;
  for (const value of [
    args.privateKey,
    args.privateKeyPassword,
    proxy.privateKey,
    proxy.privateKeyPassword,
  ]) {
    expect(await pulumi.isSecret(pulumi.output(value))).toBe(true);
  }
});
