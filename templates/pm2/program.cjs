// What only the host knows of how an application starts: where a dependency's program is, and on which port.
const { existsSync, readFileSync, realpathSync } = require("node:fs");
const { dirname, join, resolve } = require("node:path");
const { readManifest } = require("./manifest.cjs");

const bin = /(^|\/)node_modules\/\.bin\/(?<name>[^/]+)$/;

/** An application as pm2 takes it: `${PORT}` in its words filled in, and a file that Node can run as its script. */
function prepared(app) {
  const fill = (word) => word.replaceAll("${PORT}", app.env.PORT);
  const name = bin.exec(app.script)?.groups.name;
  return {
    ...app,
    node_args: app.node_args.map(fill),
    ...(app.args && { args: app.args.map(fill) }),
    ...(name && { script: programOf(name, app.cwd) }),
  };
}

/** npm and yarn link it; pnpm writes a shell script in its place, so the package itself is asked. */
function programOf(name, from) {
  for (const folder of upward(from)) {
    const link = join(folder, "node_modules/.bin", name);
    if (existsSync(link) && isForNode(link)) return realpathSync(link);
    const own = ownProgram(name, folder);
    if (own) return own;
  }
  throw new Error(
    `no dependency of the release has a program ${name}; is it in devDependencies? These are not installed`,
  );
}

const upward = (folder) => (folder === dirname(folder) ? [] : [folder, ...upward(dirname(folder))]);

/** By its first line; what has none is a file that npm calls by Node. */
function isForNode(path) {
  const [first] = readFileSync(path, "latin1").split("\n", 1);
  return !first.startsWith("#!") || /\bnode\b/.test(first);
}

/** Of a dependency that package.json names. */
function ownProgram(name, folder) {
  const manifest = read(join(folder, "package.json"));
  for (const dependency of Object.keys({ ...manifest?.dependencies, ...manifest?.optionalDependencies })) {
    const home = join(folder, "node_modules", dependency);
    const { bin: programs } = read(join(home, "package.json")) ?? {};
    const file =
      typeof programs === "string" ? { [dependency.split("/").at(-1)]: programs }[name] : programs?.[name];
    if (file) return realpathSync(resolve(home, file));
  }
}

const read = (path) => (existsSync(path) ? readManifest(path) : undefined);

module.exports = { prepared };
