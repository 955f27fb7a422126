import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { bundle } from "./machine-certificates.ts";
import type { MachineFile } from "./machine-files.ts";

/** Where packages come from and how one gets there, with the passwords for it. */
const carried = /registry|^ca$|cafile|proxy|strict-ssl|_auth|_password|:username|:email/;

/** The same settings for root and for the user inside. */
export function npmFiles(): MachineFile[] {
  const settings = npmSettings();
  if (settings.has("cafile")) settings.set("cafile", bundle);
  if (settings.size === 0) return [];
  const text = [...settings].map(([key, value]) => `${key}=${value}\n`).join("");
  return [
    { path: "/root/.npmrc", text, mode: 0o600 },
    { path: "/home/ubuntu/.npmrc", text, mode: 0o600, user: true },
  ];
}

/** The machine's settings, from its files and the environment, as npm itself ranks them. */
export function npmSettings(environment: NodeJS.ProcessEnv = process.env): Map<string, string> {
  const prefix = dirname(dirname(process.execPath));
  const files = [
    environment.npm_config_globalconfig ?? join(prefix, "etc/npmrc"),
    environment.npm_config_userconfig ?? join(homedir(), ".npmrc"),
  ];
  const lines = files.filter(existsSync).flatMap((path) => readFileSync(path, "utf8").split("\n"));
  const settings = new Map(lines.flatMap((line) => setting(line, environment)));
  const registry = environment.npm_config_registry ?? environment.NPM_CONFIG_REGISTRY;
  return registry ? settings.set("registry", registry) : settings;
}

function setting(line: string, environment: NodeJS.ProcessEnv): [string, string][] {
  const [, key, value] = /^\s*([^#;=\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return key && value && carried.test(key) ? [[key, withVariables(value, environment)]] : [];
}

/** `${NAME}` stands for a variable of this machine, which does not exist inside. */
function withVariables(value: string, environment: NodeJS.ProcessEnv): string {
  return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => environment[name] ?? whole);
}
