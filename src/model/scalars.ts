import { type ASTNode, GraphQLError, GraphQLScalarType, Kind, visit } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';

/**
 * An instant in RFC 3339 form, in UTC with milliseconds. Output only. Serializing returns the value unchanged, because
 * the reader has already made it canonical.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant in RFC 3339 form, always UTC with milliseconds: `2026-01-31T08:15:00.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => value as string,
});

/**
 * Any JSON value. A literal can't hold an enum value, which JSON lacks. A variable without a value leaves out its
 * object field, and is null in a list. Numbers are doubles and nesting is unlimited: the field that takes the value
 * checks it.
 */
export const JsonValue = new GraphQLScalarType<unknown>({
  ...GraphQLJSON.toConfig(),
  // Not recursive: what the parser accepts can nest deeper than the stack allows here.
  parseLiteral: (ast, variables) =>
    (visit(ast, { leave: (node) => build(node, variables ?? {}) }) as unknown as Built).value,
});

/** A value in place of its node. Wrapped, because `visit` removes a node that is replaced by a bare null. */
interface Built {
  readonly value: unknown;
}

/** Builds the value of a node whose children are built. Undefined for nodes that have none. */
function build(node: ASTNode, variables: Readonly<Record<string, unknown>>): Built | undefined {
  switch (node.kind) {
    case Kind.NULL:
      return { value: null };
    case Kind.STRING:
    case Kind.BOOLEAN:
      return { value: node.value };
    case Kind.INT:
    case Kind.FLOAT:
      return { value: Number(node.value) };
    case Kind.ENUM:
      throw new GraphQLError('JSON has no enum values: put the word in quotes.', { nodes: node });
    case Kind.VARIABLE: {
      const name = node.name.value;
      return { value: Object.hasOwn(variables, name) ? variables[name] : undefined };
    }
    case Kind.LIST:
      return {
        value: (node.values as readonly unknown[] as readonly Built[]).map(({ value }) => value ?? null),
      };
    case Kind.OBJECT: {
      const entries = node.fields.map(({ name, value }) => [name.value, (value as unknown as Built).value]);
      return { value: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
    }
    default:
      return undefined;
  }
}
