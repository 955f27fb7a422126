import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, secret } from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigurationError, validate } from "../../../infra/settings/validate.ts";
import { authority } from "../handshake/support/certificate.ts";

let backend: string;
beforeAll(() => {
  backend = mkdtempSync(join(tmpdir(), "中文 backend-"));
  for (const name of ["package.json", "package-lock.json"]) writeFileSync(join(backend, name), "{}");
});

const good = () => ({ host: "203.0.113.7", backendSource: backend, handshakeToken: "t" });
const problems = (raw: Record<string, unknown>) => {
  try {
    validate(raw);
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
  return [];
};
const with_ = (raw: Record<string, unknown>) => problems({ ...good(), ...raw });

describe("the arguments", () => {
  it("get every default of the users' guide", () => {
    expect(validate(good())).toMatchObject({
      port: 22,
      user: "ubuntu",
      siteName: "geo-system",
      backendName: "geo-backend",
      backendPort: 3000,
      websocketPath: "/ws",
      readTimeout: 86400,
      tls: "self-signed",
    });
  });

  it("are refused with every problem in one error", () => {
    const error = new ConfigurationError(problems({ prot: 2222, port: 70000, user: "a b" }));
    expect(error.message).toBe(
      [
        "The configuration has 5 problems; nothing was changed.",
        "prot: this key is not known; did you mean port?",
        "host: expected a host name or an IP address, without scheme, user or port, found nothing",
        "port: expected a TCP port, 1 to 65535, found 70000",
        'user: expected a user name of the host, found "a b"',
        "backendSecretEnvironment.TOKEN_SECRET: expected at least 16 characters to sign tokens with, found nothing; " +
          'npx pulumi config set --secret --path backendSecretEnvironment.TOKEN_SECRET "$(openssl rand -hex 32)", ' +
          "or, for a backend with tokens of its own, npx pulumi config set --secret handshakeToken TOKEN",
      ].join("\n  "),
    );
  });

  it.each([
    ["hostPackages", ["redis server"], "the name of an apt package"],
    ["hostPackages", ["redis=1"], "the name of an apt package"],
    ["hostPackages", ["a1", "a1"], "each of them once"],
    ["hostPackages", "redis", "a list of apt packages"],
    ["hostServices", ["redis;reboot"], "the name of a systemd unit"],
    ["hostServices", ["postgresql@"], "the name of a systemd unit"],
    ["hostServices", ["nginx"], "a unit of the host's own"],
    ["hostServices", ["redis", "redis.service"], "each of them once"],
    ["trustedProxies", ["10.0.0.0/33"], "an IP address or a network, such as 10.0.0.7 or 10.0.0.0/8"],
    ["trustedProxies", ["proxy.example"], "an IP address or a network"],
    ["trustedProxies", ["0.0.0.0/0"], "the networks of proxies, not every address"],
    ["trustedProxies", "10.0.0.1", "a list of addresses and networks"],
    ["siteInclude", "no/such/file.conf", "the path of a file that exists"],
    ["backendShared", ["../data"], "a folder or file within the release"],
    ["backendShared", ["/data"], "a folder or file within the release"],
    ["backendShared", ["a//b"], "a folder or file within the release"],
    ["backendShared", ["."], "a folder or file within the release"],
    ["backendShared", ["server/node_modules"], "a folder or file within the release"],
    ["backendShared", ["package.json"], "a folder or file within the release"],
    ["backendShared", ["a\nb"], "a folder or file within the release"],
    ["backendShared", ["storage", "storage/app"], "paths that do not lie within each other"],
  ])("%s may not be %j", (key, value, expected) => {
    expect(with_({ [key]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${key}.*: expected ${expected}`)),
    ]);
  });

  it.each([
    ["one name", "geo.example.com", ["geo.example.com"]],
    ["a text with commas", "geo.example.com, 2001:db8::7", ["geo.example.com", "2001:db8::7"]],
    ["an array", ["geo.example.com", "203.0.113.7"], ["geo.example.com", "203.0.113.7"]],
  ])("take %s as the names of the site", (_, serverName, names) => {
    expect(validate({ ...good(), serverName }).serverName).toEqual(names);
  });

  it("say which member of a list of names is none", () => {
    expect(with_({ serverName: 7 })).toEqual([expect.stringMatching(/^serverName: .*, found 7$/)]);
    expect(with_({ serverName: [] })).toEqual([expect.stringMatching(/^serverName: .*, found \[\]$/)]);
    expect(with_({ serverName: ["geo.example.com", 7] })).toEqual([
      "serverName.1: expected a host name or an IP address, found 7",
    ]);
  });

  it("name what the backend needs of the host as the host itself does", () => {
    const needs = { hostServices: ["redis-server", "a.socket"], backendShared: ["./data/", "存储/app 1"] };
    expect(validate({ ...good(), ...needs })).toMatchObject({
      hostServices: ["redis-server.service", "a.socket"],
      backendShared: ["data", "存储/app 1"],
    });
  });

  it.each([
    ["siteName", "../nginx.conf"],
    ["siteName", "a b"],
    ["websocketPath", "/ws; return 444"],
    ["websocketPath", "/../etc"],
    ["websocketPath", "ws"],
    ["websocketPath", "/ws\n}"],
    ["backendName", "$(reboot)"],
    ["user", "root;id"],
    ["host", "http://203.0.113.7"],
    ["host", "a b"],
    ["host", "x;y"],
    ["serverName", "*.example.com"],
    ["serverName", "geo.example.com,"],
    ["serverName", "geo.example.com, a;listen 81"],
    ["serverName", "geo.example.com,GEO.example.com"],
    ["npmRegistry", "https://example.com/$(id)"],
    ["nodeVersion", "24"],
    ["nodeVersion", "24.1.0;id"],
    ["nodeVersion", "18.20.0"],
    ["nodeVersion", "23.1.0"],
    ["jumpHost", "bastion:99999"],
    ["jumpHost", "-oProxyCommand=id"],
    ["hostKey", "AAAA"],
  ])("%s may not be %j", (key, value) => {
    expect(with_({ [key]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${key}: expected .*, found ${escaped(value)}$`)),
    ]);
  });

  it.each(["2001:db8::7", "example.com", "h", "10.0.0.1"])("host may be %s", (host) => {
    expect(with_({ host })).toEqual([]);
  });

  it.each([
    [{ backendPort: 80 }, "backendPort: expected a free port, found 80, which is for HTTP"],
    [{ backendPort: 443 }, "backendPort: expected a free port, found 443, which is for HTTPS"],
    [{ port: 3000 }, "backendPort: expected a free port, found 3000, which is for SSH (key port)"],
    [{ port: 443 }, "port: expected a free port, found 443, which is for HTTPS"],
    [
      { backendStandbyPort: 3000 },
      "backendStandbyPort: expected a free port, found 3000, which is for the backend (key backendPort)",
    ],
    [
      { backendInstances: 3, sticky: true, backendStandbyPort: 3004 },
      "backendStandbyPort: expected free ports 3004, 3006, 3008 for 3 sticky instances, found 3004, which is for the backend (key backendPort)",
    ],
    [
      { backendInstances: 2, sticky: true, port: 3002 },
      "backendPort: expected free ports 3000, 3002 for 2 sticky instances, found 3002, which is for SSH (key port)",
    ],
    [
      { backendInstances: 2, sticky: true, backendPort: 65535 },
      "backendPort: expected free ports 65535, 65537 for 2 sticky instances, found 65537, which is past 65535",
    ],
  ])("ports in conflict: %j", (raw, message) => {
    expect(with_(raw)).toEqual([message]);
  });

  it.each(["paced", "at-once"] as const)("no pace, and handover %s", (handover) => {
    expect(with_({ handover, handoverSeconds: 0 })).toEqual([
      `handover: expected "stop-start", since handoverSeconds is 0, found "${handover}"; set handoverSeconds to 1 or more, or remove one of the two keys`,
    ]);
    expect(with_({ handover, handoverSeconds: 5 })).toEqual([]);
    expect(with_({ handover: "stop-start", handoverSeconds: 0 })).toEqual([]);
  });

  it.each([
    { backendInstances: 3, sticky: true },
    { backendInstances: 3, sticky: true, backendStandbyPort: 4000 },
    { backendInstances: 3, sticky: false, backendStandbyPort: 3002 },
    { backendInstances: 1, sticky: true, backendStandbyPort: 3002 },
  ])("leave room for every instance: %j", (raw) => {
    expect(with_(raw)).toEqual([]);
  });

  it("leave 443 free when TLS is off", () => {
    expect(with_({ tls: "off", backendPort: 443 })).toEqual([]);
  });

  it("say which files a provided certificate needs, and which are not used otherwise", () => {
    expect(with_({ tls: "provided" })).toEqual([
      'certificateFile: expected a file, since tls is "provided"; found nothing',
      'certificateKeyFile: expected a file, since tls is "provided"; found nothing',
    ]);
    expect(with_({ certificateFile: join(backend, "package.json") })).toEqual([
      'certificateFile: expected nothing, since tls is "self-signed"; set tls to "provided" or remove the key: npx pulumi config rm certificateFile',
    ]);
  });

  it("say what is wrong with a provided certificate before it travels", () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(backend, name), text);
      return join(backend, name);
    };
    const certificateFile = file("leaf.pem", "no certificate");
    const certificateKeyFile = file("key.pem", "no key");
    expect(with_({ tls: "provided", certificateFile, certificateKeyFile })).toEqual([
      `certificateFile: expected a certificate (PEM), leaf first, found something else in ${certificateFile}`,
    ]);
  });

  it("want a provided certificate to be for every name of the site", async () => {
    const { key, cert } = await (await authority()).issue({ names: ["127.0.0.1", "geo.example.com"] });
    const [certificateFile, certificateKeyFile] = [
      join(backend, "chain.pem"),
      join(backend, "chain-key.pem"),
    ];
    writeFileSync(certificateFile, cert);
    writeFileSync(certificateKeyFile, key);
    const provided = { tls: "provided", certificateFile, certificateKeyFile };
    expect(with_(provided)).toEqual([]);
    expect(with_({ ...provided, serverName: "geo.example.com,127.0.0.1" })).toEqual([]);
    expect(with_({ ...provided, serverName: "geo.example.com,www.example.com,::1" })).toEqual([
      "certificateFile: expected a certificate for www.example.com, ::1, since serverName says so; found one for " +
        `IP Address:127.0.0.1, DNS:geo.example.com: ${certificateFile}`,
    ]);
  });

  it("name what an environment cannot hold, or sets twice", () => {
    expect(with_({ backendEnvironment: { PORT: "1" } })).toEqual([
      "backendEnvironment.PORT: expected to be left to the package; set backendPort",
    ]);
    const both = { backendEnvironment: { KEY: "plain" }, backendSecretEnvironment: { KEY: "canary" } };
    expect(with_(both)).toEqual([
      expect.stringMatching(/^backendSecretEnvironment\.KEY: expected (?!.*canary)/),
    ]);
  });

  it("need no token where the handshake sends none", () => {
    const handshake = { steps: [{ name: "ping", send: "ping", expect: "pong" }] };
    expect(problems({ host: "h", backendSource: backend, handshake })).toEqual([]);
  });

  it("name a path that does not exist", () => {
    expect(with_({ backendSource: "/nowhere" })).toEqual([
      'backendSource: expected a folder that holds package.json, found "/nowhere"',
    ]);
  });

  it("name what is wrong in the handshake, in the same words", () => {
    const steps = [
      { name: "hello", sned: "hi" },
      { name: "", expect: 1, client: 3, within: 0, cleanup: "no" },
    ];
    expect(with_({ handshake: { steps, logLines: "welcome", clients: { 3: {} } } })).toEqual([
      "handshake.clients.3: this key is not known; expected 1, 2",
      "handshake.steps.0.sned: this key is not known; did you mean send?",
      'handshake.steps.0: expected send, expect or both, or pingFrame or stay, found {"name":"hello","sned":"hi"}',
      'handshake.steps.1.name: expected text that names the step, found ""',
      "handshake.steps.1.client: expected 1 or 2, found 3",
      "handshake.steps.1.within: expected whole milliseconds, at least 1, found 0",
      'handshake.steps.1.cleanup: expected true or false, found "no"',
      'handshake.logLines: expected a list of texts, found "welcome"',
    ]);
    expect(with_({ handshake: "abc" })).toEqual([
      expect.stringMatching(/^handshake: expected one of plain, .*, or a script, .*, found "abc"$/),
    ]);
    expect(with_({ handshake: { preset: "plane" } })).toEqual([
      expect.stringMatching(/^handshake\.preset: expected one of plain, .*, found "plane"$/),
    ]);
    expect(with_({ handshake: { preset: "phoenix", payload: { room: "${room} of ${token}" } } })).toEqual([
      expect.stringMatching(
        /^handshake\.payload: expected no name but \$\{token\} in a preset, and \$\{room\} is none, found/,
      ),
    ]);
    expect(with_({ handshake: { preset: "plain", quary: {} } })).toEqual([
      "handshake.quary: this key is not known; did you mean query?",
    ]);
  });

  it.each(["abc", 22.5, true, {}, null])("name a wrong type, %j, with all other problems", (port) => {
    expect(with_({ port, keepReleases: "many" })).toEqual([
      `port: expected a TCP port, 1 to 65535, found ${JSON.stringify(port)}`,
      'keepReleases: expected a number from 2 to 100: the running release and the ones before, found "many"',
    ]);
  });

  it("refuse a Node on which the backend does not run, where it is known beforehand", () => {
    const backendSource = mkdtempSync(join(tmpdir(), "engines-"));
    const write = (node: string) => {
      writeFileSync(join(backendSource, "package.json"), JSON.stringify({ engines: { node } }));
      writeFileSync(join(backendSource, "package-lock.json"), "{}");
    };
    write(">=26");
    expect(with_({ backendSource, nodeVersion: "24.21.0" })).toEqual([
      "nodeVersion: expected >=26, which is engines.node in package.json of backendSource; found 24.21.0",
    ]);
    expect(with_({ backendSource, nodeVersion: "26.0.0" })).toEqual([]);
    expect(with_({ backendSource, nodeSource: "distribution" })).toEqual([]);
    write("newest");
    expect(with_({ backendSource })).toEqual([
      'backendSource: expected a range of versions as engines.node in package.json of backendSource, found "newest"',
    ]);
  });

  it("never show a secret", () => {
    const found = with_({
      handshakeToken: 5,
      backendSecretEnvironment: { "BAD NAME": "canary" },
      privateKey: 7,
    });
    expect(found).toHaveLength(3);
    expect(found.join()).not.toContain("canary");
  });

  it("may be outputs where the documentation says so, also one of several secrets", () => {
    const backendSecretEnvironment = { TOKEN_SECRET: secret("sixteen characters"), OTHER: "plain" };
    expect(with_({ host: output("203.0.113.7"), hostKey: secret("x"), backendSecretEnvironment })).toEqual(
      [],
    );
  });

  it("say so where an output cannot be", () => {
    expect(with_({ port: output(22) })).toEqual([
      "port: expected a TCP port, 1 to 65535, found an output, whose value is known only later",
    ]);
  });

  it("name the setting inside an object", () => {
    expect(with_({ backendEnvironment: { LEVEL: 3 } })).toEqual([
      "backendEnvironment.LEVEL: expected text; a number in quotes, or by `config set --type string --path`, found 3",
    ]);
  });
});

const escaped = (value: string) => JSON.stringify(value).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
