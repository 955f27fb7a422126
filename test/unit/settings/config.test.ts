import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../infra/config.ts";
import { packageRoot } from "../../../infra/package-root.ts";
import { fleetSchema } from "../../../infra/settings/fleet.ts";
import { schema } from "../../../infra/settings/schema.ts";

const schemas = { ...schema, ...fleetSchema };

interface Declared {
  default: unknown;
  description: string;
}
const declared = (
  parse(readFileSync(join(packageRoot, "Pulumi.yaml"), "utf8")) as { config: Record<string, Declared> }
).config;

const typeOf = (value: unknown) => (Array.isArray(value) ? "list" : typeof value);

describe("Pulumi.yaml", () => {
  it("declares the keys that the program reads, in the same order", () => {
    expect(Object.keys(declared)).toEqual(Object.keys(schemas));
  });

  it.each(Object.entries(declared))(
    "declares %s with its real default, a type and a description",
    (key, entry) => {
      const kind = schemas[key as keyof typeof schemas];
      const undefinedInput = kind.safeParse(undefined);
      const real =
        key === "backendSource"
          ? "examples/geo-backend"
          : undefinedInput.success
            ? undefinedInput.data
            : undefined;
      const [, type, text] = /^\((string|integer|boolean|object|list)\) (.+)/.exec(entry.description) ?? [];
      expect(entry.default).toEqual(real ?? (type === "object" ? {} : ""));
      // A boolean that is not set is an empty text, as every other key without a default.
      const kinds =
        type === "integer" ? [typeOf(real ?? "")] : type === "boolean" ? ["boolean", "string"] : [type];
      expect(kinds).toContain(typeOf(entry.default));
      expect(text).toBeTruthy();
    },
  );
});

it("Pulumi.yaml leaves the check of types to the program, which names every problem at once", () => {
  for (const entry of Object.values(declared)) expect(Object.keys(entry)).toEqual(["default", "description"]);
});

describe("the configuration", () => {
  const read = (texts: Record<string, string>) => parseConfig(texts, "geo-system:", "/project 中文");

  it("becomes numbers and objects where the key wants them, and stays text where not", () => {
    expect(
      read({
        "geo-system:port": "2222",
        "geo-system:nodeVersion": "24.21.0",
        "geo-system:backendEnvironment": '{"LEVEL":"3"}',
        "geo-system:user": "7x",
        "other:port": "1",
      }),
    ).toEqual({ port: 2222, nodeVersion: "24.21.0", backendEnvironment: { LEVEL: "3" }, user: "7x" });
  });

  it("leaves out what is empty, and resolves paths from the project's folder", () => {
    expect(
      read({
        "geo-system:host": "",
        "geo-system:handshake": "{}",
        "geo-system:backendSource": "../my backend",
      }),
    ).toEqual({
      backendSource: "/my backend",
    });
  });

  it("resolves the folders of routes too, and leaves what is odd to the check", () => {
    const routes = '{"/":{"files":"../web/dist","fallback":"index.html"},"/ws":{"websocket":true},"/x":3}';
    expect(read({ "geo-system:routes": routes })).toEqual({
      routes: { "/": { files: "/web/dist", fallback: "index.html" }, "/ws": { websocket: true }, "/x": 3 },
    });
    expect(read({ "geo-system:routes": "dist" })).toEqual({ routes: "dist" });
  });

  it("keeps unknown keys and odd texts, for the check to name them", () => {
    expect(read({ "geo-system:prot": "1", "geo-system:port": "abc" })).toEqual({ prot: "1", port: "abc" });
  });
});
