import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const template = new URL("template/", import.meta.url);

// npm leaves it out of an archive.
const gitignore = "node_modules/\nbin/\n";

// The same template is `pulumi new`'s, which asks by its part `template:`.
export function writeProject({ folder, name, stack, config }) {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder}: expected a folder that is empty or not there, found files in it`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), gitignore);
  for (const file of readdirSync(template).filter((name) => name !== ".gitignore"))
    writeFileSync(join(folder, file), filled(readFileSync(new URL(file, template), "utf8"), name));
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), configText(name, config));
}

function filled(text, name) {
  return text
    .replaceAll("${PROJECT}", name)
    .replaceAll("${DESCRIPTION}", "A host that serves a WebSocket backend")
    .replace(/^template:\n(?: .*\n)*/m, "");
}

function configText(name, { host, user, backend, tls }) {
  const values = { host, user, ...(backend && { backendSource: backend }), tls };
  const lines = Object.entries(values).map(([key, value]) => `  ${name}:${key}: ${JSON.stringify(value)}`);
  return ["config:", ...lines, ""].join("\n");
}

// What is left to do, as it is typed.
export function nextSteps({ folder, stack, config }) {
  const secret = "backendSecretEnvironment.TOKEN_SECRET";
  const example = [`pulumi config set --secret --path ${secret} "$(openssl rand -hex 32)"`];
  const steps = [
    `cd ${relative(process.cwd(), folder) || "."}`,
    "npm install",
    `pulumi stack init ${stack}`,
    ...(config.backend ? [] : example),
    "npx geo-system up",
  ];
  return `Written to ${folder}. Next:\n${steps.map((step) => `  ${step}`).join("\n")}`;
}
