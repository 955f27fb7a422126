import { distance } from "fastest-levenshtein";
import { commands, namesOf } from "./commands.mjs";

// What `geo-system --help` prints.
export function usage(form) {
  const names = namesOf(form);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${commands[name].says}`);
  const first = "Turns Ubuntu hosts reached by SSH into hosts that serve WebSocket backends, and proves it.";
  return `Usage: geo-system COMMAND [OPTIONS]\n\n${first}\n\n${lines.join("\n")}\n\nEach has a help of its own: geo-system COMMAND --help`;
}

// The command that was typed, or what is wrong with it.
export function chosen(typed, form) {
  const names = namesOf(form);
  if (names.includes(typed)) return { command: commands[typed] };
  if (Object.keys(commands).includes(typed))
    return { problem: `geo-system ${typed}: works in a checkout of this package` };
  const [nearest] = [...names].sort((a, b) => distance(a, typed) - distance(b, typed));
  return {
    problem: `geo-system: no command ${typed}; did you mean ${nearest}? All of them: geo-system --help`,
  };
}
