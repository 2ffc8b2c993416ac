import { type ASTNode, GraphQLError, GraphQLScalarType, Kind, visit } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';

/**
 * An instant, RFC 3339 in UTC with milliseconds. Output only: the reader has made every value canonical by
 * then, so serializing is the identity.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant in RFC 3339 form, always UTC with milliseconds: `2026-01-31T08:15:00.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => value as string,
});

/**
 * Any JSON value. What a literal says is what is meant: an enum word, which JSON lacks, is refused, a variable that is
 * not given leaves its place out. Numbers are doubles and nesting is not bounded: the field that takes such a value checks it.
 */
export const JsonValue = new GraphQLScalarType<unknown>({
  ...GraphQLJSON.toConfig(),
  // Not by recursion: the parser may nest deeper than the stack would let it be followed.
  parseLiteral: (ast, variables) =>
    (visit(ast, { leave: (node) => build(node, variables ?? {}) }) as unknown as Built).value,
});

/** A value in place of its node; `visit` takes a bare null for a removal. */
interface Built {
  readonly value: unknown;
}

/** The value of a node whose children are built. */
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
