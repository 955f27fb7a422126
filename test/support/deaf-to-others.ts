/** Of a backend that serves the host itself, and nobody who comes through nginx. */
export const deafToOthers = `
import { Server } from "node:http";
const { emit } = Server.prototype;
Server.prototype.emit = function (name, ...words) {
  if (name !== "upgrade" || !words[0].headers["x-real-ip"]) return emit.call(this, name, ...words);
  words[1].destroy();
  return true;
};
`;
