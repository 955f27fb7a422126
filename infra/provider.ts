import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { packageRoot } from "./package-root.ts";
import { WebSocketHost, type WebSocketHostArgs } from "./websocket-host.ts";

/*
 * The component for every other language of Pulumi's: a plug-in that makes a `WebSocketHost` where a program in YAML,
 * Python, Go, C# or Java asks for one. Its schema is made from the arguments by `npm run build`.
 */
const type = "geo-system:index:WebSocketHost";

class GeoSystemProvider implements pulumi.provider.Provider {
  readonly version = version();
  readonly schema = readFileSync(join(packageRoot, "dist/schema.json"), "utf8");

  async construct(
    name: string,
    asked: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    if (asked !== type) throw new pulumi.RunError(`expected the resource ${type}, found ${asked}`);
    // What is wrong with them, the component says.
    const host = new WebSocketHost(name, inputs as WebSocketHostArgs, options);
    return { urn: host.urn, state: host.outputs() };
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

await pulumi.provider.main(new GeoSystemProvider(), process.argv.slice(2));
