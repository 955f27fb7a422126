import { secretKeys } from "../infra/settings/schema.ts";
import { type Argument, argumentsOf } from "./argument.ts";
import { type NamedTypes, type PropertyType, plain, propertyType } from "./property-type.ts";

const text = { type: "string" } as const;

/** What the component gives back. `addresses` that a host may lack are absent, not empty. */
const outputs = {
  url: { ...text, description: "Address of the backend's page." },
  wsUrl: { ...text, description: "WebSocket address on port 80; absent with httpsOnly." },
  wssUrl: { ...text, description: "WebSocket address on port 443; absent when tls is off." },
  address: { ...text, description: "Name or address of the host." },
  release: { ...text, description: "Name of the running release, made from its content." },
  caCertificate: {
    ...text,
    description: "PEM of the CA to trust beside the public ones; absent where these do, or tls is off.",
  },
  testUrl: { ...text, secret: true, description: "An address that any client can use now, with its token." },
  commands: { type: "object", additionalProperties: text, description: "What an operator types next." },
};
const always = ["url", "address", "release", "testUrl", "commands"] satisfies (keyof typeof outputs)[];

/**
 * The package schema of the plug-in: what `pulumi package add` makes an SDK from.
 *
 * @param declaration infra/settings/arguments.ts
 * @example packageSchema(await readFile("infra/settings/arguments.ts", "utf8"), "0.1.0")
 */
export function packageSchema(declaration: string, version: string): object {
  const types: NamedTypes = {};
  const members = argumentsOf(declaration, "WebSocketHostArgs");
  return {
    name: "geo-system",
    version,
    description: "Hosts that serve a WebSocket backend through nginx, each proven by a live handshake",
    license: "Apache-2.0",
    resources: {
      "geo-system:index:WebSocketHost": {
        isComponent: true,
        description:
          "An Ubuntu or Debian host that serves a WebSocket backend through nginx, proven by a live handshake.",
        inputProperties: Object.fromEntries(members.map((member) => [member.name, input(member, types)])),
        requiredInputs: members.filter(({ optional }) => !optional).map(({ name }) => name),
        properties: outputs,
        required: always,
      },
    },
    types,
    // Each program has its own copy of the SDK, made from this schema.
    language: { nodejs: { respectSchemaVersion: true }, python: { pyproject: { enabled: true } } },
  };
}

function input({ name, description, type, input: later }: Argument, types: NamedTypes): PropertyType {
  const known = propertyType(type, name, types);
  return {
    ...(later ? known : plain(known)),
    ...(secretKeys.has(name) && { secret: true }),
    ...{ description },
  };
}
