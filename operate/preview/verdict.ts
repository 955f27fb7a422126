import { inline } from "./markdown.ts";
import type { Messages } from "./messages.ts";
import type { Row } from "./rows.ts";

const order = ["create", "update", "update and repair", "replace", "replace and repair", "repair", "undo"];
const verbs: Record<string, string> = {
  create: "sets up",
  update: "updates",
  "update and repair": "updates and repairs",
  replace: "replaces",
  "replace and repair": "replaces and repairs",
  repair: "repairs",
  undo: "undoes",
};

/** One line of Markdown that says what `up` would do. */
export function verdict(rows: readonly Row[], messages: Messages, failed: boolean): string {
  const unverified = messages.unverified.length > 0;
  if (messages.refused.length > 0) return "⛔ refused: `up` would change nothing";
  if (messages.errors.length > 0 || failed) return "⛔ the preview failed";
  const changes = sentence(rows);
  if (unverified)
    return `⚠️ unverified, the host did not answer: ${changes ?? "no change that the state knows of"}`;
  if (messages.drift.length > 0) return `⚠️ drift${changes ? `: ${changes}` : ""}`;
  return changes ? `🔵 ${changes}` : "✅ no change";
}

/** "updates site and backend, repairs firewall"; undefined where nothing happens. */
function sentence(rows: readonly Row[]): string | undefined {
  const said = order.flatMap((word) => {
    const titles = rows.filter(({ operation }) => operation === word).map(title);
    return titles.length > 0 ? [`${verbs[word]} ${list([...new Set(titles)])}`] : [];
  });
  const rest = rows.filter(({ operation }) => !order.includes(operation));
  if (rest.length > 0) said.push(`${rest.length} other operation${rest.length > 1 ? "s" : ""}`);
  return said.length > 0 ? said.join(", ") : undefined;
}

const title = ({ step, title }: Row) => (step ? inline(title) : "other resources");

function list(names: readonly string[]): string {
  if (names.length > 8) return `${names.length} steps`;
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "");
}
