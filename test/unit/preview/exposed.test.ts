import { expect, test } from "vitest";
import { parseFacts } from "../../../infra/host/read-facts.ts";
import { exposedNotes } from "../../../infra/preview/exposed.ts";

const notes = (...lines: string[]) =>
  exposedNotes(parseFacts(`${["machine\t9f3c51ab\tweb1", ...lines, "end"].join("\n")}\n`));

test("a port that a container engine publishes is told, also beside an ufw in force", () => {
  expect(notes("firewall\tactive\tdeny", "exposed\t5432\tpublished\t172.17.0.2:5432")).toEqual([
    "port 5432 of the host is published past ufw, to 172.17.0.2:5432: a container engine's rule of nat is asked before ufw. To keep it on the host, publish it as 127.0.0.1:5432:PORT",
  ]);
});

test("what listens is told where ufw is not in force, and else is ufw's", () => {
  const open = ["exposed\t3000\topen\tnode", "exposed\t5432\topen\tpostgres"];
  expect(notes("firewall\tinactive\tdeny", ...open)).toEqual([
    "ufw is not in force, so port 3000 (node), port 5432 (postgres) may answer from outside until it is",
  ]);
  expect(notes("firewall\tactive\tdeny", ...open)).toEqual([]);
  expect(notes("firewall\tinactive\tdeny")).toEqual([]);
});
