import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "../paths.ts";
import type { SecondMachine } from "../second-machine.ts";
import { ports } from "./pebble-configuration.ts";

/** How to reach the CA of a sandbox, an ACME server on a machine beside it. */
export interface SandboxCa {
  /** The ACME directory's URL. */
  directory: string;
  /** What a client must trust to speak with it, PEM. */
  caFile: string;
  /** The root of what it issues, PEM. Another one after each start. */
  rootFile: string;
  /** Both in one file: what `acmeCaFile` wants. */
  trustFile: string;
  /** The name server the CA asks: every name is the sandbox's address, unless it is set otherwise. */
  dns: string;
  /** Where the name server's records are set: pebble-challtestsrv's HTTP interface. */
  dnsManagement: string;
}

/** The files of a CA. They go with the sandbox. */
export function filesOfCa(name: string) {
  const at = (file: string) => join(folder(name), "acme", file);
  return {
    folder: join(folder(name), "acme"),
    configuration: at("pebble.json"),
    certificate: at("server.pem"),
    key: at("server-key.pem"),
    root: at("root.pem"),
    trust: at("trust.pem"),
    log: at("log"),
    /** Written first, so that a start that was cut off leaves no machine behind. */
    machine: at("machine.json"),
  };
}

/** The machine of a sandbox's CA; undefined where it never had one. */
export function machineOfCa(name: string): SecondMachine | undefined {
  const { machine } = filesOfCa(name);
  return existsSync(machine) ? (JSON.parse(readFileSync(machine, "utf8")) as SecondMachine) : undefined;
}

export function caAt(name: string, { address }: SecondMachine): SandboxCa {
  const files = filesOfCa(name);
  return {
    directory: `https://${address}:${ports.directory}/dir`,
    caFile: files.certificate,
    rootFile: files.root,
    trustFile: files.trust,
    dns: `${address}:${ports.dns}`,
    dnsManagement: `http://${address}:${ports.dnsManagement}`,
  };
}

export function rootUrl({ address }: SecondMachine): string {
  return `https://${address}:${ports.management}/roots/0`;
}
