// Libraries that are loaded at their first use, whatever the one that asks for them does at its start.
const Module = require("node:module");

const later = new Set();

// loadLater(names): as they are asked for, or how these words end.
exports.loadLater = (names) => {
  if (later.size === 0) install();
  for (const name of names) later.add(name);
};

function install() {
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const loaded = () => load.call(this, request, ...rest);
    return [...later].some((name) => request.endsWith(name)) ? atFirstUse(loaded) : loaded();
  };
}

function atFirstUse(loaded) {
  let module;
  const target = () => {
    module ??= loaded();
    return module;
  };
  // As a module that was compiled from TypeScript: it is used as it is, without enumerating all that it exports.
  return new Proxy(
    {},
    {
      get: (_, name) => (name === "__esModule" ? true : target()[name]),
      has: (_, name) => name in target(),
    },
  );
}
