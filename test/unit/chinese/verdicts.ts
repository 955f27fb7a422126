import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { packageRoot } from "../../../infra/package-root.ts";
import { worry } from "../../../operate/diagnose/rules/rule.ts";

/*
 * The verdicts of `diagnose` as its code has them: the text of each property `cause`, with `…` for what is filled in.
 */

const rules = "operate/diagnose/rules";

/** Files, and the property or variable that holds a verdict there. */
const sources = [
  { files: `${rules}/*.ts`, name: "cause" },
  { files: "operate/target/describe-stack.ts", name: "cause" },
  { files: "infra/handshake/failure*.ts", name: "cause" },
  { files: "infra/host/renewal.ts", name: "text" },
];

/** What hands on a verdict of another place, which is one of the sources itself, or what ssh says. */
const handedOn = ["flow.failure.cause", "off.cause", "trouble.text"];

export interface Verdict {
  text: string;
  /** `operate/diagnose/rules/site.ts:18` */
  at: string;
}

/** Every verdict, with the place of it. */
export function verdicts(): Verdict[] {
  return sources.flatMap(({ files, name }) =>
    globSync(files, { cwd: packageRoot })
      .sort()
      .flatMap((file) => verdictsIn(file, name)),
  );
}

/** Every line about worry: those that have a name, and those of one verdict alone. */
export function worries(): Verdict[] {
  const named = Object.entries(worry).map(([key, text]) => ({ text, at: `${rules}/rule.ts, worry.${key}` }));
  const own = globSync(`${rules}/*.ts`, { cwd: packageRoot }).flatMap((file) =>
    valuesNamed("worry", file).flatMap(({ value, at }) =>
      ts.isStringLiteral(value) ? [{ text: value.text, at }] : [],
    ),
  );
  return [...named, ...own];
}

function verdictsIn(file: string, name: string): Verdict[] {
  return valuesNamed(name, file).flatMap(({ value, at, all }) =>
    textsOf(value, all).map((text) => ({ text, at })),
  );
}

/** What each property or variable of that name is set to. */
function valuesNamed(name: string, file: string) {
  const code = readFileSync(join(packageRoot, file), "utf8");
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const all = nodesOf(source);
  return all.flatMap((node) => {
    const is = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    if (!is || node.name.getText() !== name || !node.initializer) return [];
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    return [{ value: node.initializer, at: `${file}:${line}`, all }];
  });
}

function nodesOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(...nodesOf(child));
  });
  return [node, ...children];
}

/** The texts that an expression can have: of both branches, of what a function of the same file returns. */
function textsOf(node: ts.Node, all: readonly ts.Node[]): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, all);
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => textsOf(branch, all));
  if (ts.isTemplateExpression(node)) return patternsOf(node, all);
  if (ts.isCallExpression(node))
    return returnsOf(node.expression.getText(), all).flatMap((value) => textsOf(value, all));
  if (ts.isIdentifier(node)) return valuesOf(node, all).flatMap((value) => textsOf(value, all));
  if (handedOn.includes(node.getText())) return [];
  throw new Error(`${node.getSourceFile().fileName}: cannot tell which verdicts ${node.getText()} can be`);
}

/** `the disk is …`; where it begins with what is filled in, and that is known here, with each of that. */
function patternsOf(node: ts.TemplateExpression, all: readonly ts.Node[]): string[] {
  const rest = node.templateSpans.map(({ literal }) => literal.text).join("…");
  const first = node.templateSpans[0]?.expression;
  const wordless = !/\p{L}/u.test(node.head.text + rest);
  const known = first && node.head.text === "" && (wordless || isParameter(first, all));
  const beginnings = known ? textsOf(first, all) : [`${node.head.text}…`];
  return beginnings.map((beginning) => (beginning + rest).replace(/…+/g, "…"));
}

/** Whether it is a parameter of a function that is called with texts. */
const isParameter = (node: ts.Node, all: readonly ts.Node[]) =>
  ts.isIdentifier(node) && valuesOf(node, all).some((value) => ts.isTemplateExpression(value));

/** What a name stands for: its initial value, or what its function is called with. */
function valuesOf(name: ts.Identifier, all: readonly ts.Node[]): ts.Node[] {
  const variable = all.filter(ts.isVariableDeclaration).find((each) => isIn(each, name));
  if (variable) return variable.initializer ? [variable.initializer] : [];
  return all.filter(ts.isFunctionDeclaration).flatMap((called) => {
    const at = called.parameters.findIndex((parameter) => parameter.name.getText() === name.text);
    const calls = all
      .filter(ts.isCallExpression)
      .filter(({ expression }) => expression.getText() === called.name?.text);
    return calls.flatMap((call) => call.arguments[at] ?? []);
  });
}

/** Whether this variable is the one that a name stands for: of that name, and in a function around it, or in none. */
function isIn(variable: ts.VariableDeclaration, name: ts.Identifier): boolean {
  const scope = ts.findAncestor(variable.parent, (node) => ts.isFunctionLike(node) || ts.isSourceFile(node));
  return (
    variable.name.getText() === name.text && ts.findAncestor(name, (node) => node === scope) !== undefined
  );
}

function returnsOf(name: string, all: readonly ts.Node[]): ts.Node[] {
  const called = all.find(
    (node) =>
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) && node.name?.getText() === name,
  );
  const body = called && ts.isVariableDeclaration(called) ? called.initializer : called;
  if (body && ts.isArrowFunction(body) && !ts.isBlock(body.body)) return [body.body];
  return body
    ? nodesOf(body).flatMap((node) => (ts.isReturnStatement(node) ? (node.expression ?? []) : []))
    : [];
}
