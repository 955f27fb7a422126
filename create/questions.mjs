import { createInterface } from "node:readline";

const tls = ["self-signed", "acme", "off"];

// What is asked, in this order. `check` says what is wrong with an answer.
export const questions = [
  {
    ...{ key: "host", option: "host ADDRESS", ask: "Name or address of the host" },
    says: "name or address of the host; needed",
    check: (text) => /^[A-Za-z0-9.:_-]+$/.test(text) || "expected a name or an address such as 203.0.113.7",
  },
  {
    ...{ key: "user", option: "user NAME", ask: "User who logs in by SSH", usual: "ubuntu" },
    says: "who logs in by SSH and may sudo without a password (default: ubuntu)",
    check: (text) => /^[a-z_][a-z0-9_-]*$/.test(text) || "expected the name of a user",
  },
  {
    ...{
      key: "backend",
      option: "backend PATH",
      ask: "Folder of the backend (empty: the bundled example)",
      usual: "",
    },
    says: "folder of the backend, from the project's (default: the bundled example)",
    check: () => true,
  },
  {
    ...{
      key: "tls",
      option: "tls KIND",
      ask: "Certificate: self-signed, acme (you agree to Let's Encrypt's terms) or off",
    },
    ...{
      usual: "self-signed",
      says: "self-signed (default), acme (you agree to Let's Encrypt's terms) or off",
    },
    check: (text) => tls.includes(text) || `expected ${tls.join(", ")}`,
  },
];

// The answers by key: those that were given, and the others as they are typed or by default.
export async function answers(given, yes) {
  const known = {};
  const terminal = yes ? undefined : createInterface({ input: process.stdin, terminal: process.stdin.isTTY });
  const lines = terminal?.[Symbol.asyncIterator](); // all that was piped is kept until it is asked for
  try {
    for (const question of questions) known[question.key] = await answer(question, given, lines);
  } finally {
    terminal?.close();
  }
  return known;
}

async function answer({ key, ask, usual, check }, given, lines) {
  if (given[key] !== undefined || !lines) {
    const value = given[key] ?? usual ?? "";
    const verdict = check(value);
    if (verdict !== true) throw new Error(`--${key}: ${verdict}, found ${value || "nothing"}`);
    return value;
  }
  for (;;) {
    process.stderr.write(`${ask}${usual ? ` [${usual}]` : ""}: `);
    const { value: typed, done } = await lines.next();
    if (done) throw new Error(`--${key}: expected an answer, found the end of the input; or add --yes`);
    const value = typed.trim() || (usual ?? "");
    const verdict = check(value);
    if (verdict === true) return value;
    console.error(`  ${verdict}`);
  }
}
