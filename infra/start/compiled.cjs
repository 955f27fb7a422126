// What Node compiled, kept for the next run: half of the time in which a program starts goes into compiling the same
// sources again. Node 22 does it itself; for an older one this is the same for CommonJS modules.
const { createHash } = require("node:crypto");
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const Module = require("node:module");
const { basename, dirname, join } = require("node:path");
const vm = require("node:vm");

const [opening, closing] = Module.wrapper;
// V8 accepts only what the same V8 wrote under the same options; of a source it checks nothing but the length.
const engine = JSON.stringify([process.version, process.arch, process.execArgv]);
const sum = (content) => createHash("sha1").update(content).digest("base64");

// One file of compiled modules.
class Store {
  constructor({ file, accepts, noImports = false, replaces }) {
    this.file = file;
    this.replaces = replaces;
    // What was compiled before knows no import().
    this.accepts = (path, content) => accepts(path) && (noImports || !content.includes("import("));
    this.fresh = new Map();
    this.kept = read(file);
  }

  compile(filename, content) {
    const source = sum(content);
    const known = this.kept.get(filename);
    const script = new vm.Script(opening + content + closing, {
      filename,
      columnOffset: -opening.length,
      cachedData: known?.source === source ? known.data : undefined,
    });
    if (known?.source !== source || script.cachedDataRejected) this.fresh.set(filename, { source, script });
    return script.runInThisContext();
  }

  // Once the program has run: by then also what V8 compiles only when it is called is compiled.
  write() {
    if (this.fresh.size === 0) return;
    for (const [filename, { source, script }] of this.fresh)
      this.kept.set(filename, { source, data: script.createCachedData() });
    const index = [...this.kept].map(([filename, { source, data }]) => [filename, source, data.length]);
    const body = Buffer.concat([...this.kept.values()].map(({ data }) => data));
    const head = JSON.stringify({ engine, index, sum: sum(body) });
    mkdirSync(dirname(this.file), { recursive: true });
    const isNew = !existsSync(this.file);
    writeFileSync(`${this.file}.${process.pid}`, Buffer.concat([Buffer.from(`${head}\n`), body]));
    renameSync(`${this.file}.${process.pid}`, this.file);
    if (isNew && this.replaces) removeOthers(this.file, this.replaces);
  }
}

// A run that still wants one of them compiles again.
function removeOthers(file, names) {
  for (const name of readdirSync(dirname(file)))
    if (names.test(name) && name !== basename(file)) rmSync(join(dirname(file), name), { force: true });
}

// Nothing of a file that is missing, was cut off, or was written by another Node.
function read(file) {
  try {
    const all = readFileSync(file);
    const start = all.indexOf("\n") + 1;
    const head = JSON.parse(all.toString("utf8", 0, start));
    if (head.engine !== engine || head.sum !== sum(all.subarray(start))) return new Map();
    let at = start;
    return new Map(
      head.index.map(([filename, source, length]) => {
        at += length;
        return [filename, { source, data: all.subarray(at - length, at) }];
      }),
    );
  } catch {
    return new Map();
  }
}

const stores = [];

// keepCompiled({ file, accepts, noImports, replaces }): `accepts` says of a module's path whether it is kept in `file`;
// `noImports`, that none of them calls import(), where one only speaks of it; `replaces`, the names of files beside it that go
// once it is made.
exports.keepCompiled = (options) => {
  // A debugger and a measurement of coverage want Node's own way.
  if (process.env.NODE_V8_COVERAGE || process.execArgv.some((word) => word.startsWith("--inspect"))) return;
  if (Module.enableCompileCache)
    return void Module.enableCompileCache(join(dirname(options.file), "compiled"));
  if (stores.some((store) => store.file === options.file)) return;
  if (stores.length === 0) install();
  stores.push(new Store(options));
};

function install() {
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    const store = stores.find(({ accepts }) => accepts(filename, content));
    if (!store) return compile.call(this, content, filename, ...rest);
    const module = store.compile(filename, content);
    return module.call(this.exports, this.exports, requireOf(this), this, filename, dirname(filename));
  };
  process.on("exit", () => {
    for (const store of stores) {
      try {
        store.write();
      } catch {} // A full disk, or a folder of another user: the next run compiles it again.
    }
  });
}

function requireOf(module) {
  const require = (request) => module.require(request);
  require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}
