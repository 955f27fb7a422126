// What is pinned and where it belongs: the one truth for the stages before and after `npm ci`.
import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

export const pinned = {
  cli: devDependencies.pulumi,
  sdk: dependencies["@pulumi/pulumi"],
  plugins: { command: dependencies["@pulumi/command"], tls: dependencies["@pulumi/tls"] },
};

export function pulumiHome() {
  return process.env.PULUMI_HOME ? resolve(process.env.PULUMI_HOME) : join(homedir(), ".pulumi");
}

/**
 * What to export for a plain `npx pulumi`; undefined where nothing is needed. Node and npm go by $HOME, Pulumi's CLI by
 * the home in passwd, and the two differ in a container job of GitHub's or under `sudo -E`.
 */
export function pulumiHomeToExport() {
  if (process.env.PULUMI_HOME || homeInPasswd() === homedir()) return undefined;
  return { home: homedir(), inPasswd: homeInPasswd(), line: `export PULUMI_HOME=${quoted(pulumiHome())}` };
}

/** Of a user without an entry the CLI takes $HOME as well. */
function homeInPasswd() {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

const quoted = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

// In the folder of Pulumi, so that every clone on the machine shares it.
export function ownFolder() {
  return join(pulumiHome(), "geo-system");
}

export function pluginFolder(name) {
  return join(pulumiHome(), "plugins", `resource-${name}-v${pinned.plugins[name]}`);
}

export function executables() {
  const bin = join(pulumiHome(), "versions", pinned.cli, "bin");
  return {
    cli: join(bin, "pulumi"),
    languageHost: join(bin, "pulumi-language-nodejs"),
    command: join(pluginFolder("command"), "pulumi-resource-command"),
    tls: join(pluginFolder("tls"), "pulumi-resource-tls"),
  };
}
