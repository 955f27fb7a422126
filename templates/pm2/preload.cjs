// Loaded into the backend before its own code (`node --require`), so that it can leave its port to a newer process and
// keep its connections. A backend knows nothing of it.
//   SIGURG    stop listening on PORT; connections that stand go on
//   SIGCONT   listen again
// Both are without effect on a process that has not loaded this. It also tells pm2 when a process of a cluster listens.
const { isWorker } = require("node:cluster");
const { Server } = require("node:net");
const { isMainThread } = require("node:worker_threads");

/** What listens, and how it was asked to. */
const servers = new Map();
const { listen } = Server.prototype;
/** A process without connections must not end by itself: pm2 would start it again, on the port that it has left. */
const stay = setInterval(() => {}, 1 << 30).unref();
/** What has left. */
let left = [];

/** Remembers who listens: Node itself has no list. */
Server.prototype.listen = function (...words) {
  // Without the callback: to listen again is no second start.
  servers.set(
    this,
    words.filter((word) => typeof word !== "function"),
  );
  this.once("close", () => servers.delete(this));
  // In cluster mode pm2 holds the socket: nothing else tells that this process takes part in it.
  this.once("listening", () => isWorker && onPort([this]) && process.send?.("ready"));
  return Reflect.apply(listen, this, words);
};

// Read late: in cluster mode pm2 sets the environment after this file was loaded.
const onPort = ([server]) => server.address()?.port === Number(process.env.PORT);

function leave() {
  if (left.length > 0) return;
  left = [...servers].filter(onPort);
  // Only the socket in the kernel, not `server.close()`: the backend's own call of that, when it stops, must still work.
  for (const [server] of left) server._handle.close();
  stay.ref();
}

function comeBack() {
  for (const [server, words] of left) {
    server._handle = null;
    Reflect.apply(listen, server, words);
  }
  left = [];
  stay.unref();
}

if (isMainThread) process.on("SIGURG", leave).on("SIGCONT", comeBack);
