import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { operatorSsh } from "../../../infra/host/ssh-config.ts";
import { onPath } from "../../../sandbox/toolchain/on-path.ts";

const folder = mkdtempSync(join(tmpdir(), "ssh-config-"));
mkdirSync(join(folder, "config.d"));
const file = join(folder, "config");
writeFileSync(
  join(folder, "config.d/10-jump"),
  "Host inner\n  HostName 10.0.0.7\n  ProxyJump jump@bastion:2222\n",
);
writeFileSync(join(folder, "config.d/20-user"), "Host outer\n  User second\n");
writeFileSync(
  file,
  `# mine
Include ${folder}/config.d/*
Include "${join(folder, "none")}"

host Prod prod web-?
  hostname 203.0.113.7
  User deploy
  Port 2222
  IdentityFile ~/.ssh/prod_%h
  IdentityFile "${folder}/second key"
  IdentityAgent ~/.1password/agent.sock

Host *.example !bad.example
  HostName %h
  User pattern

Match host 203.0.113.7
  UserKnownHostsFile ${folder}/hosts_one ${folder}/hosts_two

Match originalhost outer
  Port=2200

Host *
  User fallback
  ProxyJump none
`,
);

const of = (name: string) => operatorSsh(name, [file]);

describe("a name of ssh_config", () => {
  it("has address, user and port; the first value of each counts", () => {
    expect(of("prod")).toMatchObject({ hostName: "203.0.113.7", user: "deploy", port: 2222 });
    expect(of("web-1")).toMatchObject({ hostName: "203.0.113.7" });
    expect(of("web-12").hostName).toBeUndefined();
    expect(of("outer")).toMatchObject({ user: "second", port: 2200 });
  });

  it("has its keys and its agent, with ~ and tokens for what they stand for", () => {
    expect(of("prod")).toMatchObject({
      identityFiles: [join(homedir(), ".ssh/prod_203.0.113.7"), `${folder}/second key`],
      identityAgent: join(homedir(), ".1password/agent.sock"),
    });
  });

  it("has its known_hosts where its address matches", () => {
    expect(of("prod").knownHostsFiles).toEqual([`${folder}/hosts_one`, `${folder}/hosts_two`]);
    expect(of("outer").knownHostsFiles).toEqual([]);
  });

  it("has a jump host from a file that is included, and none where it says none", () => {
    expect(of("inner")).toMatchObject({ hostName: "10.0.0.7", proxyJump: "jump@bastion:2222" });
    expect(of("prod").proxyJump).toBeUndefined();
  });

  it("may be left out of a pattern", () => {
    expect(of("good.example")).toMatchObject({ hostName: "good.example", user: "pattern" });
    expect(of("bad.example")).toMatchObject({ user: "fallback" });
  });

  it("tells what it said, as it stands there", () => {
    expect(of("outer").said).toEqual(["User second", "Port 2200", "ProxyJump none"]);
  });
});

it("without a file nothing is said", () => {
  expect(operatorSsh("prod", [join(folder, "missing")])).toEqual({
    ...{ said: [], identityFiles: [], knownHostsFiles: [] },
  });
});

it("the agent may be named by a variable", () => {
  const other = join(folder, "agents");
  writeFileSync(
    other,
    "Host a\n IdentityAgent SSH_AUTH_SOCK\nHost b\n IdentityAgent none\nHost c\n IdentityAgent $GEO_AGENT\n",
  );
  process.env.GEO_AGENT = "/run/agent";
  expect(operatorSsh("a", [other]).identityAgent).toBe(process.env.SSH_AUTH_SOCK ?? "");
  expect(operatorSsh("b", [other]).identityAgent).toBeUndefined();
  expect(operatorSsh("c", [other]).identityAgent).toBe("/run/agent");
  delete process.env.GEO_AGENT;
});

/** OpenSSH itself is asked. */
describe.runIf(onPath("ssh"))("as ssh -G says it", () => {
  it.each(["prod", "web-1", "outer", "inner", "good.example", "bad.example", "stranger"])(
    "%s",
    async (name) => {
      const { stdout } = await execa("ssh", ["-G", "-F", file, name]);
      const said = (key: string) =>
        stdout
          .split("\n")
          .find((line) => line.startsWith(`${key} `))
          ?.slice(key.length + 1);
      const { hostName, user, port, proxyJump } = of(name);
      expect({
        hostname: hostName ?? name,
        user,
        port: String(port ?? 22),
        proxyjump: proxyJump,
      }).toEqual({
        ...{
          hostname: said("hostname"),
          user: said("user"),
          port: said("port"),
          proxyjump: said("proxyjump"),
        },
      });
    },
  );
});
