import ts from "typescript";

/** An argument of the component, as its declaration in TypeScript has it. */
export interface Argument {
  name: string;
  /** Its doc comment, whose lines are one text. */
  description: string;
  optional: boolean;
  /** Whether an output of another resource may be given, `Input<…>`. */
  input: boolean;
  /** Without the `Input<…>` around it. */
  type: ts.TypeNode;
}

/**
 * The members of an interface.
 *
 * @throws if the file does not declare it
 */
export function argumentsOf(text: string, interfaceName: string): Argument[] {
  const file = ts.createSourceFile("arguments.ts", text, ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  );
  if (!found) throw new Error(`expected an interface ${interfaceName}, found none`);
  return membersOf(found.members);
}

/** Those of an interface, or of an object that is written out. */
export const membersOf = (members: ts.NodeArray<ts.TypeElement>): Argument[] =>
  members.filter(ts.isPropertySignature).map(argument);

function argument(member: ts.PropertySignature): Argument {
  const type = required(member.type, member);
  const inner = inputOf(type);
  return {
    name: member.name.getText(),
    description: descriptionOf(member),
    optional: member.questionToken !== undefined,
    input: inner !== undefined,
    type: inner ?? type,
  };
}

export function inputOf(type: ts.TypeNode): ts.TypeNode | undefined {
  if (!ts.isTypeReferenceNode(type) || type.typeName.getText() !== "Input") return undefined;
  return type.typeArguments?.[0];
}

function descriptionOf(member: ts.PropertySignature): string {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join(" ");
  return text.replace(/\s+/g, " ").trim();
}

function required<T>(value: T | undefined, of: ts.Node): T {
  if (value === undefined) throw new Error(`expected a type: ${of.getText()}`);
  return value;
}
