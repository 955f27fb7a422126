import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderSecretEnvironment } from "../../../infra/render/secret-environment.ts";

const parameters = {
  backendName: "geo-backend",
  user: "ubuntu",
  backendPort: 3000,
  websocketPath: "/ws",
  handover: undefined,
  handoverSeconds: 10,
  backendEnvironment: { LEVEL: "3" },
};
const render = (secrets: Record<string, string>) => renderSecretEnvironment(parameters, secrets, "token-1");
const heading = "==> /srv/geo-backend/secret.env ubuntu:ubuntu 0600 <==\n";

/** What this Node makes of the file. `NODE_BINARY` may name another one. */
function read(text: string): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), "environment-")), "secret.env");
  writeFileSync(file, text.slice(text.indexOf(heading) + heading.length).split(/^==> /m)[0] ?? "");
  const node = process.env.NODE_BINARY ?? process.execPath;
  const program = "process.stdout.write(JSON.stringify(process.env))";
  return JSON.parse(execFileSync(node, [`--env-file=${file}`, "-e", program], { env: {}, encoding: "utf8" }));
}

describe("the secret environment", () => {
  const values = {
    PLAIN: "0123abc",
    EMPTY: "",
    BLANKS: "  a b\t",
    HASH: "a#b # c",
    SINGLE: "it's",
    DOUBLE: 'say "x"',
    BACKTICK: "`x`",
    TWO_QUOTES: `it's "x"`,
    OTHER_TWO: "it's `x`",
    DOLLAR: "$HOME ${HOME} $(id)",
    BACKSLASH: "a\\nb\\",
    PEM: "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n",
    LOOKS_LIKE_MORE: "a\nPORT=1\nexport X=2",
    UNICODE: "密码 é 🎉",
  };

  it("reaches the program to the letter", () => {
    expect(read(render(values))).toEqual(values);
  });

  it("may be empty", () => {
    expect(read(render({}))).toEqual({});
  });

  it("is wholly secret, and its user's alone", () => {
    expect(render(values)).toMatch(/^secret: yes\nname: geo-backend\nuser: ubuntu\n==> /);
    expect(render(values)).toContain(heading);
  });

  it("brings the token along with which a release is proven there, for root alone", () => {
    expect(render({})).toContain(
      "\n==> /var/lib/geo-system/backend/token root:root 0600 <==\ntoken-1\n==> end <==",
    );
  });

  it.each([
    ["A", `'"\``, "every kind of quote"],
    ["A", "'`\\n", "every kind of quote"],
    ["A", "canary\r\n", "a carriage return or a zero byte"],
    ["A", "canary\0", "a carriage return or a zero byte"],
    ["PORT", "canary", "is set in plain text too"],
    ["LEVEL", "canary", "is set in plain text too"],
  ])("refuses %s=%j, and says why without the value", (name, value, why) => {
    expect(() => render({ [name]: value })).toThrow(why);
    expect(() => render({ [name]: value })).not.toThrow("canary");
  });
});
