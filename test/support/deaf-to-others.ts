/** A backend that serves the host itself but no client that comes through nginx, on hosts that meet the condition. */
export const deafWhere = (condition: string) => `
import { existsSync } from "node:fs";
import { Server } from "node:http";
const { emit } = Server.prototype;
const isDeaf = ${condition};
Server.prototype.emit = function (name, ...words) {
  if (!isDeaf || name !== "upgrade" || !words[0].headers["x-real-ip"]) return emit.call(this, name, ...words);
  words[1].destroy();
  return true;
};
`;

export const deafToOthers = deafWhere("true");
