import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { packageRoot } from "../../../infra/package-root.ts";
import { schema as checks, secretKeys } from "../../../infra/settings/schema.ts";
import { packageSchema } from "../../../schema/package-schema.ts";
import type { PropertyType } from "../../../schema/property-type.ts";

interface Component {
  inputProperties: Record<string, PropertyType>;
  requiredInputs: string[];
  properties: Record<string, PropertyType>;
}

const declaration = readFileSync(join(packageRoot, "infra/settings/arguments.ts"), "utf8");
const made = packageSchema(declaration, "1.2.3") as {
  version: string;
  types: Record<string, object>;
  resources: Record<string, Component>;
};
const component = made.resources["geo-system:index:WebSocketHost"] as Component;
const inputs = component.inputProperties;

describe("the schema of the plug-in", () => {
  it("has every argument, documented, and no other", () => {
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(checks).sort());
    for (const [name, { description }] of Object.entries(inputs)) expect(description, name).toMatch(/\w{3}/);
    expect(component.requiredInputs).toEqual(["host"]);
    expect(made.version).toBe("1.2.3");
  });

  it("keeps every secret secret", () => {
    const secret = Object.entries(inputs).filter(([, type]) => type.secret);
    expect(secret.map(([name]) => name).sort()).toEqual([...secretKeys].sort());
    expect(component.properties.testUrl).toMatchObject({ secret: true });
  });

  it("takes an output only where the component does", () => {
    expect(inputs.host).not.toHaveProperty("plain");
    expect(inputs.port).toMatchObject({ type: "integer", plain: true });
    expect(inputs.backendEnvironment).toMatchObject({
      additionalProperties: { type: "string", plain: true },
    });
    expect(inputs.backendSecretEnvironment?.additionalProperties).toEqual({ type: "string" });
  });

  it("says integer only of what is whole", () => {
    const whole = Object.entries(inputs).filter(([, { type }]) => type === "integer");
    expect(whole.length).toBeGreaterThan(10);
    for (const [name] of whole)
      expect((checks as Record<string, z.ZodType>)[name]?.safeParse(60.5).success, name).toBe(false);
  });

  it("has types for choices, alternatives and objects, and leaves a handshake open", () => {
    expect(inputs.tls).toMatchObject({ type: "string" });
    expect(inputs.serverName?.oneOf).toMatchObject([{ type: "string" }, { type: "array" }]);
    expect(inputs.takeOver).toMatchObject({ $ref: "#/types/geo-system:index:TakeOver" });
    expect(made.types["geo-system:index:TakeOver"]).toMatchObject({
      properties: { application: { type: "string" }, data: { type: "array", items: { type: "string" } } },
    });
    expect(inputs.handshake).toMatchObject({ $ref: "pulumi.json#/Any" });
    expect(inputs.routes).toMatchObject({ additionalProperties: { $ref: "pulumi.json#/Any" } });
  });
});

it("what is no type of the schema's is refused by name", () => {
  const odd = "export interface WebSocketHostArgs { host: (name: string) => void; }";
  expect(() => packageSchema(odd, "1.0.0")).toThrow(
    "host: the schema has no type for (name: string) => void",
  );
  expect(() => packageSchema("", "1.0.0")).toThrow("expected an interface WebSocketHostArgs, found none");
});

describe("the examples in other languages", () => {
  const read = (path: string) => readFileSync(join(packageRoot, "examples", path), "utf8");

  it("name arguments that there are", () => {
    const program = parse(read("yaml/Pulumi.yaml")) as {
      resources: { geo: { type: string; properties: object } };
    };
    expect(program.resources.geo.type).toBe("geo-system:WebSocketHost");
    const python = [...read("python/__main__.py").matchAll(/^ {4}(\w+)=/gm)].map(([, name = ""]) => name);
    const named = [...Object.keys(program.resources.geo.properties), ...python.map(camelCase)];
    expect(named).toHaveLength(6);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(named));
  });

  it("have the SDK of the version that is tested", () => {
    const { dependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    expect(read("python/requirements.txt")).toBe(`pulumi==${dependencies["@pulumi/pulumi"]}\n`);
  });
});

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
