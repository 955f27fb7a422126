// Loaded into the backend before its own code (`node --require`). It puts the backend on its port, whatever port its
// code names, and lets it leave that port to a newer process and keep its connections. A backend knows nothing of it.
//   SIGURG    stop listening; open connections go on
//   SIGCONT   listen again
// Only a process that listens by Node's own server takes these signals: the host reads from /proc whether it does. Both
// have no effect on any other process. In cluster mode it also tells pm2 that a process listens.
const { isWorker } = require("node:cluster");
const { Server } = require("node:net");
const { isMainThread } = require("node:worker_threads");

/** What listens on TCP, and how it was asked to. */
const servers = new Map();
const { listen } = Server.prototype;
/** A process without connections must not end by itself: pm2 would start it again, on the port that it has left. */
const stay = setInterval(() => {}, 1 << 30).unref();
/** What has left. */
let left = [];

// Before the backend's own code can change it. In cluster mode pm2 sets it only after this file was loaded.
const given = isWorker ? process.env : { ...process.env };
const [major, minor] = process.versions.node.split(".").map(Number);
/** Whether two processes can share a port: Node's option `reusePort`. Workers of a cluster share all ports anyway. */
const canShare = !isWorker && (major > 22 || (major === 22 && minor >= 12));

Server.prototype.listen = function (...words) {
  const options = tcpOptions(words);
  if (!options) return Reflect.apply(listen, this, words);
  const own = isOwn(options);
  if (own) placeOnPort(options);
  else if (canShare && Number(options.port) > 0) options.reusePort ??= true;
  // Without the callback: to listen again is no second start.
  servers.set(this, options);
  this.once("close", () => servers.delete(this));
  if (own) this.once("listening", listensOnPort);
  const callback = words.at(-1);
  return Reflect.apply(listen, this, typeof callback === "function" ? [options, callback] : [options]);
};

/** The arguments of a `listen` as one object, where they name a TCP port; nothing for a path, a handle, a descriptor. */
function tcpOptions([first, ...rest]) {
  if (isPort(first)) {
    const host = typeof rest[0] === "string" ? { host: rest[0] } : {};
    const backlog = rest.slice(0, 2).map(Number).find(Boolean);
    return { port: first, ...host, ...(backlog && { backlog }) };
  }
  if (first === null || typeof first !== "object") return undefined;
  if (first._handle || first.handle || first.fd >= 0 || !isPort(first.port)) return undefined;
  return { ...first };
}

const isPort = (word) =>
  typeof word === "number" || (typeof word === "string" && word.trim() !== "" && Number(word) >= 0);

/** The port that the process was given, or the one that its code names instead. */
const isOwn = ({ port }) => [given.PORT, given.GEO_SYSTEM_PORT].some((own) => Number(own) === Number(port));

/** A release before it, or another instance, may be on the port in the code; and only nginx shall reach it. */
function placeOnPort(options) {
  const { port, host } = options;
  if (Number(port) !== Number(given.PORT))
    say(`its code listens on ${port} whatever PORT says: it was put on ${given.PORT}`);
  if (given.HOST && !isLoopback(host))
    say(`it listens on ${host || "all addresses"}: kept to loopback, where nginx reaches it`);
  options.port = Number(given.PORT);
  if (given.HOST) options.host = given.HOST;
}

const isLoopback = (host = "") => host === "localhost" || host === "::1" || host.startsWith("127.");

/** Once each, in the backend's own log; `up` repeats it. */
const said = new Set();
function say(line) {
  if (!said.has(line)) console.log(`[geo-system] ${line}`);
  said.add(line);
}

/** Node has no list of what listens, and a signal without a listener would tell the host that it can leave. */
function listensOnPort() {
  if (isMainThread && !process.listeners("SIGURG").includes(leave))
    process.on("SIGURG", leave).on("SIGCONT", comeBack);
  // In cluster mode pm2 holds the socket: nothing else tells that this process takes part in it.
  if (isWorker) process.send?.("ready");
}

/** Ports beside its own are left as well: two releases share them only as long as both must listen. */
function leave() {
  if (left.length > 0) return;
  left = [...servers].filter(([server, { port }]) => server._handle && Number(port) > 0);
  // Only the socket in the kernel, not `server.close()`: the backend's own call of that, when it stops, must still work.
  for (const [server] of left) server._handle.close();
  stay.ref();
}

function comeBack() {
  for (const [server, options] of left) {
    server._handle = null;
    Reflect.apply(listen, server, [{ ...options }]);
  }
  left = [];
  stay.unref();
}
