import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import pRetry from "p-retry";
import { hasIpv6, ipv6Of } from "../addresses.ts";
import type { SandboxInfo } from "../record.ts";
import { addSecondMachine, removeSecondMachine, type SecondMachine } from "../second-machine.ts";
import { ask } from "./ask.ts";
import { pebbleConfiguration, pebbleEnvironment, ports } from "./pebble-configuration.ts";
import { ensurePrograms, type Programs } from "./programs.ts";
import { caAt, filesOfCa, machineOfCa, rootUrl, type SandboxCa } from "./record.ts";
import { serverCertificate } from "./server-certificate.ts";

export type { SandboxCa };

// Whoever calls these holds the lock of the sandbox; see sandboxLock.

/** Sees to it that a sandbox has a CA beside it. One that answers is left as it is. */
export async function startCa(sandbox: SandboxInfo): Promise<SandboxCa> {
  const machine = machineOfCa(sandbox.name);
  if (machine && (await answers(sandbox.name, machine))) return caAt(sandbox.name, machine);
  await removeCa(sandbox.name);
  const programs = await ensurePrograms();
  return await startOn(await addMachine(sandbox), sandbox, programs);
}

/** Ends the CA of a sandbox, with all that it knew; does nothing where there is none. */
export async function removeCa(name: string): Promise<void> {
  const machine = machineOfCa(name);
  if (machine && existsSync(`/run/netns/${machine.namespace}`)) await removeSecondMachine(machine.namespace);
}

/** How to reach the CA of a sandbox; undefined where it has none, or none that answers. */
export async function caOf(name: string): Promise<SandboxCa | undefined> {
  const machine = machineOfCa(name);
  return machine && (await answers(name, machine)) ? caAt(name, machine) : undefined;
}

async function addMachine(sandbox: SandboxInfo): Promise<SecondMachine> {
  const files = filesOfCa(sandbox.name);
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  const machine = await addSecondMachine(sandbox);
  writeFileSync(files.machine, JSON.stringify(machine));
  return machine;
}

async function startOn(machine: SecondMachine, sandbox: SandboxInfo, programs: Programs): Promise<SandboxCa> {
  const files = filesOfCa(sandbox.name);
  const { certificate, key } = await serverCertificate(machine.address);
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
  writeFileSync(files.configuration, pebbleConfiguration(files));
  launch(machine, files.log, [programs.nameServer, ...nameServerArguments(sandbox.address)]);
  launch(machine, files.log, [programs.pebble, "-config", files.configuration, ...resolver]);
  const root = await rootOf(machine, certificate, files.log);
  writeFileSync(files.trust, `${certificate.trimEnd()}\n${root}`);
  writeFileSync(files.root, root);
  return caAt(sandbox.name, machine);
}

const resolver = ["-dnsserver", `127.0.0.1:${ports.dns}`];

/** Only DNS: the challenges are answered by the sandbox's own nginx. */
function nameServerArguments(address: string): string[] {
  const off = ["-http01", "-https01", "-doh", "-tlsalpn01"].flatMap((flag) => [flag, ""]);
  // Pebble asks by IPv6 first, and by IPv4 when that fails, as Let's Encrypt does.
  const ipv6 = hasIpv6() ? ipv6Of(address) : "";
  const dns = ["-dnsserver", `:${ports.dns}`, "-management", `:${ports.dnsManagement}`];
  return [...off, ...dns, "-defaultIPv4", address, "-defaultIPv6", ipv6];
}

/** Starts a program on the CA's machine, detached from this process. It ends with the machine. */
function launch({ namespace }: SecondMachine, log: string, argv: readonly string[]): void {
  const output = openSync(log, "a");
  const env = { ...process.env, ...pebbleEnvironment };
  const program = spawn("ip", ["netns", "exec", namespace, ...argv], {
    detached: true,
    stdio: ["ignore", output, output],
    env,
  });
  closeSync(output);
  if (program.pid === undefined) throw new Error(`ip netns exec did not start ${argv[0]}.`);
  program.unref();
}

/** The root, as soon as the CA answers; at most 30 s. */
async function rootOf(machine: SecondMachine, ca: string, log: string): Promise<string> {
  const patience = { retries: 300, minTimeout: 100, factor: 1, maxRetryTime: 30_000 };
  return await pRetry(() => ask(rootUrl(machine), ca), patience).catch((error: Error) => {
    const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-10).join("\n");
    throw new Error(
      `The sandbox's CA does not answer: ${error.message}. The last lines of ${log}:\n${lines}`,
    );
  });
}

async function answers(name: string, machine: SecondMachine): Promise<boolean> {
  const files = filesOfCa(name);
  if (!existsSync(files.root)) return false;
  return ask(caAt(name, machine).directory, readFileSync(files.certificate, "utf8")).then(
    () => true,
    () => false,
  );
}
