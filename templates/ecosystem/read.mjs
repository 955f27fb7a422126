// Reads a pm2 file of the backend's own, in a process of its own that holds no secrets, and prints its applications as
// JSON on descriptor 3: what the file itself prints does not matter.
//   node read.mjs FILE
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A function or nothing at all has no place in JSON, and must not be lost without a word. */
const unlikeJson = (_name, value) =>
  value === undefined ? { undefined: true } : typeof value === "function" ? { function: true } : value;

const loaded = await import(pathToFileURL(process.argv[2]).href);
writeSync(3, JSON.stringify(loaded.default ?? loaded, unlikeJson));
process.exit(0); // What the file started, a timer or a connection, does not matter either.
