import { type Change, resourceName } from "./changes.ts";
import type { FileDiff } from "./file-diff.ts";
import { code, inline, shortened } from "./markdown.ts";
import type { Drift, Messages } from "./messages.ts";
import { counts, releaseCounts } from "./parts.ts";
import { isSecret, type Place, placeOf, type StepName, stepOrder, typeOf } from "./step-of.ts";

/** One line of the table: a step of one host, or a resource of a program around it. */
export interface Row {
  /** The name of its WebSocketHost. */
  host: string | undefined;
  step: StepName | undefined;
  /** Its application, where the host has several. */
  application?: string | undefined;
  /** What a person calls it. */
  title: string;
  /** What `up` does: "update", "repair", "update and repair" … */
  operation: string;
  changes: Change[];
  drift: Drift[];
  reach: string[];
}

const words: Record<string, string> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "undo",
};

/** What a preview says, one row for each step that does something, in the order of the steps. */
export function rows(changes: readonly Change[], { drift, reach }: Messages): Row[] {
  const places = [
    ...changes.map(({ place }) => place),
    ...drift.flatMap(({ urn }) => (urn ? [placeOf(urn)] : [])),
  ].filter(({ step }) => step !== undefined);
  const hosts = [...new Set(places.map(({ name }) => name))].sort();
  const steps = hosts.flatMap((host) =>
    stepOrder
      .flatMap((step) => named(places, host, step))
      .map(({ step, application }) => {
        const here = ({ urn }: { urn: string | undefined }) => {
          const place = urn ? placeOf(urn) : undefined;
          return place?.step === step && place.name === host && place.application === application;
        };
        const own = application === undefined ? step : `${step} ${application}`;
        const title = hosts.length > 1 ? `${own} of ${host}` : own;
        const of = { changes: changes.filter(here), drift: drift.filter(here) };
        const said = reach.filter(here).map(({ text }) => text);
        return { host, step, application, title, ...of, reach: reaching(said), operation: operation(of) };
      }),
  );
  const others = changes
    .filter(({ place }) => place.step === undefined)
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
  return [...steps, ...others.map(other)];
}

/** A step, once for each application that has it. */
function named(places: readonly Place[], host: string, step: StepName) {
  const own = places.filter((place) => place.name === host && place.step === step);
  return [...new Set(own.map(({ application }) => application))].map((application) => ({
    step,
    application,
  }));
}

/** What is said of the parts of a step; that one of them reaches nobody is worth saying only where all do. */
function reaching(said: readonly string[]): string[] {
  const all = [...new Set(said)];
  return all.length > 1 ? all.filter((text) => text !== "nothing") : all;
}

function other(change: Change): Row {
  const title = resourceName(change);
  const of = { changes: [change], drift: [], reach: [] };
  return { host: undefined, step: undefined, title, ...of, operation: words[change.op] ?? change.op };
}

/** The step's own resource says what happens to it; a change of a part of it is an update. */
function operation({ changes, drift }: Pick<Row, "changes" | "drift">): string {
  const own = changes.find(({ place }) => place.main);
  const repairs = drift.length > 0;
  const asked = changes.filter(
    (change) => (change.op !== "update" || change.inputs.length > 0) && !follows(change),
  );
  if (repairs && asked.length === 0) return "repair";
  const op = own ? own.op : "update";
  const word = words[op] ?? op;
  return repairs ? `${word} and repair` : word;
}

/** Whether a part of a step changes only in what `up` will know from the step itself, and says nothing of its own. */
function follows({ place, options, urn }: Change): boolean {
  return !place.main && options === undefined && !isSecret(urn);
}

/** Rows of other programs' resources beyond this are counted only. */
const most = 40;

/** The table of all rows, and of the proof that ends every `up`. */
export function table(all: readonly Row[]): string {
  const undone = all.length > 0 && all.every(({ operation }) => operation === "undo");
  const folded = foldAlike(
    all.map((row) => ({ row, cells: [row.operation, what(row), reachText(row)] as const })),
  );
  const lines = folded
    .slice(0, most)
    .map(({ title, cells: [operation, about, reach] }) => [shortened(title, 80), operation, about, reach]);
  const handshake = ["handshake", "prove", "a client from outside, at the end of `up`", "nothing"];
  const ours = all.some(({ step }) => step) && !undone;
  return [
    "| step | operation | what | reach |",
    "| --- | --- | --- | --- |",
    ...lines.map(
      ([title = "", operation, about, reach = ""]) =>
        `| ${inline(title)} | ${operation} | ${about} | ${inline(reach) || "–"} |`,
    ),
    ...(folded.length > most ? [`| … | | and ${folded.length - most} more | |`] : []),
    ...(ours ? [`| ${handshake.join(" | ")} |`] : []),
  ].join("\n");
}

interface Line {
  row: Row;
  cells: readonly [operation: string, what: string, reach: string];
}

/** Hosts on which the same becomes of a step are one line: `site of geo-a, geo-b`. */
function foldAlike(lines: readonly Line[]): { title: string; cells: Line["cells"] }[] {
  const alike = new Map<string, Line[]>();
  for (const [i, line] of lines.entries()) {
    const { step, application, changes, drift } = line.row;
    const content = [
      changes.map(({ files, release }) => [files, release]),
      drift.map(({ reasons }) => reasons),
    ];
    const key = JSON.stringify([step ? [step, application] : i, line.cells, content]);
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const others = group.slice(1).map(({ row }) => `, ${row.host}`);
    return [{ title: [first.row.title, ...others].join(""), cells: first.cells }];
  });
}

const longestReach = 1_000;

/** Its parts are sentences, and the end of one says how it ends for users: each stays whole, or is counted. */
function reachText({ reach }: Row): string {
  const all = reach.join("; ").split("; ");
  const over = all.findIndex((_, i) => all.slice(0, i + 1).join("; ").length > longestReach);
  if (over < 0) return all.join("; ");
  const shown = all.slice(0, Math.max(1, over)).map((part) => shortened(part, longestReach));
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more: npm run preview`] : [])].join("; ");
}

const shownFiles = 2;

/** What of a step changes, in a few words. */
function what({ step, changes, drift }: Row): string {
  const own = changes.find(({ place }) => place.main);
  if (own?.op === "delete" && step) return "gives back what was there before";
  const release = changes.flatMap((change) => change.release ?? []);
  const said = [
    ...release.map(releaseWords),
    ...fileWords(changes.flatMap((change) => change.files)),
    ...secretWords(changes),
    ...new Set(changes.flatMap(optionWords)),
    ...(changes.some(({ inputs }) => inputs.includes("connection")) ? ["how it is reached"] : []),
    ...(step ? [] : changes.flatMap(({ inputs }) => inputs.slice(0, 6).map(code))),
    ...(own?.op === "replace" && step ? ["undone first, then applied"] : []),
  ];
  if (said.length > 0) return said.join("<br>");
  return drift.length > 0 ? "see below" : "–";
}

function fileWords(files: readonly FileDiff[]): string[] {
  const more = files.length - shownFiles;
  return [
    ...files.slice(0, shownFiles).map((file) => `${code(shortened(file.name, 80))} ${counts(file)}`),
    ...(more > 0 ? [`${more} more`] : []),
  ];
}

/** That something secret changes, and never what. */
function secretWords(changes: readonly Change[]): string[] {
  if (changes.some(({ urn, op }) => typeOf(urn) === "LocallySignedCert" && op !== "update"))
    return ["a new certificate"];
  const secret = changes.some(
    ({ urn, op, inputs }) => isSecret(urn) && (op === "create" || inputs.includes("stdin")),
  );
  return secret ? ["secret content, not shown"] : [];
}

const optionNames: Record<string, string> = {
  script: "its script",
  certificate: "the certificate",
  secrets: "its secret environment",
};

/** Why a step runs whose payload stays as it is. */
function optionWords(change: Change): string[] {
  const { options, urn } = change;
  if (options === undefined) return isSecret(urn) || follows(change) ? [] : ["what only `up` will know"];
  return options.flatMap((name) => optionNames[name] ?? []);
}

function releaseWords(release: NonNullable<Change["release"]>): string {
  if (!release.to) return `release ${code(release.from ?? "")}`;
  if (!release.from) return `release ${code(release.to)}, ${release.added.length} files`;
  return `release ${code(release.from)} → ${code(release.to)}, ${releaseCounts(release)}`;
}
