import ts from "typescript";
import { inputOf, membersOf } from "./argument.ts";

/** A type in Pulumi's package schema. */
export interface PropertyType {
  type?: "string" | "integer" | "boolean" | "array" | "object";
  items?: PropertyType;
  additionalProperties?: PropertyType;
  oneOf?: PropertyType[];
  $ref?: string;
  /** Of an argument that must be known when the program runs. */
  plain?: boolean;
  secret?: boolean;
  description?: string;
}

/** An object type that the schema names, by its token. */
export type NamedTypes = Record<string, { type: "object"; properties: Record<string, PropertyType> }>;

const any: PropertyType = { $ref: "pulumi.json#/Any" };

const keywords: Partial<Record<ts.SyntaxKind, PropertyType>> = {
  [ts.SyntaxKind.StringKeyword]: { type: "string" },
  [ts.SyntaxKind.NumberKeyword]: { type: "integer" }, // every number of the arguments is whole
  [ts.SyntaxKind.BooleanKeyword]: { type: "boolean" },
};

/**
 * The schema's type for a type of the arguments. What other languages have no type for (a handshake, a route) takes any
 * value, and the component checks it.
 *
 * @param name of the argument, which names an object that is written out
 * @param named takes the types that the schema has to name
 */
export function propertyType(type: ts.TypeNode, name: string, named: NamedTypes): PropertyType {
  const keyword = keywords[type.kind];
  if (keyword) return keyword;
  const inner = inputOf(type);
  if (inner) return propertyType(inner, name, named);
  if (ts.isTypeOperatorNode(type)) return propertyType(type.type, name, named); // readonly …
  if (ts.isArrayTypeNode(type)) return { type: "array", items: propertyType(type.elementType, name, named) };
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return { type: "string" };
  if (ts.isUnionTypeNode(type)) return union(type.types.map((each) => propertyType(each, name, named)));
  if (ts.isTypeLiteralNode(type)) return namedObject(type, name, named);
  if (ts.isTypeReferenceNode(type)) return reference(type, name, named);
  throw new Error(`${name}: the schema has no type for ${type.getText()}`);
}

function union(types: PropertyType[]): PropertyType {
  const different = new Map(types.map((type) => [JSON.stringify(type), type]));
  const [first = any, ...others] = different.values();
  return others.length === 0 ? first : { oneOf: [first, ...others] };
}

function namedObject(type: ts.TypeLiteralNode, name: string, named: NamedTypes): PropertyType {
  const token = `geo-system:index:${name[0]?.toUpperCase()}${name.slice(1)}`;
  const members = membersOf(type.members).map((member): [string, PropertyType] => [
    member.name,
    plain(propertyType(member.type, member.name, named)),
  ]);
  named[token] = { type: "object", properties: Object.fromEntries(members) };
  return { $ref: `#/types/${token}` };
}

function reference(type: ts.TypeReferenceNode, name: string, named: NamedTypes): PropertyType {
  const [, value] = type.typeArguments ?? [];
  if (type.typeName.getText() !== "Record" || !value) return any;
  return { type: "object", additionalProperties: propertyType(value, name, named) };
}

/** Known when the program runs, with all that is in it. */
export function plain(type: PropertyType): PropertyType {
  return {
    ...type,
    ...(type.items && { items: plain(type.items) }),
    ...(type.additionalProperties && { additionalProperties: plain(type.additionalProperties) }),
    ...(type.oneOf && { oneOf: type.oneOf.map(plain) }),
    plain: true,
  };
}
