import fc, { type GeneratorValue } from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** An operation as a request carries it. */
export interface MadeOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Values that arguments break at, besides any others. */
const someNumber = (): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(-1, 0, 1, 2, 100, 249, 250, 251, 2 ** 31 - 1),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  );
const someText = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      'x',
      '__proto__',
      'a"b',
      'a\\b',
      'a\u0000b',
      '\ud800',
      'x'.repeat(200),
      '/completionStatus',
      '/completed',
    ),
    fc.string(),
    fc.string({ unit: 'binary' }),
  );

/**
 * Makes operations that fit the schema, from what `g` draws.
 * @param ids Ids that the upstream has, to be asked for now and then.
 */
export function makeOperation(
  schema: GraphQLSchema,
  g: GeneratorValue,
  ids: readonly string[],
): MadeOperation {
  const definitions: string[] = [];
  const fragments: string[] = [];
  const variables: Record<string, unknown> = {};
  let count = 0;
  const chance = (percent: number): boolean => g(fc.nat, 99) < percent;
  const pick = <T>(list: readonly T[]): T => list[g(fc.nat, list.length - 1)] as T;
  const text = (): string => (chance(40) ? pick(ids) : g(someText));

  function plain(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return present(type.ofType, depth);
    return chance(5) ? null : present(type, depth);
  }

  function present(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return present(type.ofType, depth);
    if (isListType(type)) return Array.from({ length: g(fc.nat, 3) }, () => plain(type.ofType, depth));
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type))
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) || chance(depth > 3 ? 0 : 40))
          .map((field) => [field.name, plain(field.type, depth + 1)]),
      );
    switch (type.name) {
      case 'Int':
        return g(someNumber);
      case 'Boolean':
        return g(fc.boolean);
      case '_Any':
        return { __typename: pick(['TaskStatus', 'Source', 'Identity', 'x']), id: text() };
      case 'JSON':
        return g(fc.jsonValue);
      default:
        return text();
    }
  }

  function argument(type: GraphQLInputType): string {
    const value = plain(type, 0);
    const named = getNamedType(type);
    const literal = JSON.stringify(value);
    // What is no literal of GraphQL's goes by a variable, and so does much else.
    if (
      chance(50) ||
      literal.includes('\\ud') ||
      named.name === 'JSON' ||
      named.name === '_Any' ||
      isInputObjectType(named)
    ) {
      const name = `v${count++}`;
      definitions.push(`$${name}: ${String(type)}`);
      variables[name] = value;
      return `$${name}`;
    }
    return isEnumType(named) ? literal.replaceAll('"', '') : literal;
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isUnionType(type))
      return `{ __typename ${type
        .getTypes()
        .map((member) => `... on ${member.name} ${selection(member, depth + 1)}`)
        .join(' ')} }`;
    if (!isObjectType(type) && !isInterfaceType(type)) return '';
    const fields = fieldsOf(type).filter((field) => depth < 8 || !('getFields' in getNamedType(field.type)));
    const chosen = Array.from({ length: 1 + g(fc.nat, depth === 0 ? 4 : 3) }, () => {
      const field = fields.length === 0 || chance(5) ? undefined : pick(fields);
      if (field === undefined) return `f${count++}: __typename`;
      const args = field.args
        .filter(
          ({ type: given, name }) =>
            isNonNullType(given) || chance(['first', 'limit'].includes(name) ? 50 : 25),
        )
        .map(({ name, type: given }) => `${name}: ${argument(given)}`);
      const directive = chance(5) ? ` @${pick(['skip', 'include'])}(if: ${String(g(fc.boolean))})` : '';
      return `f${count++}: ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive} ${selection(getNamedType(field.type), depth + 1)}`;
    }).join(' ');
    if (chance(10)) return `{ ... on ${type.name} { ${chosen} } }`;
    if (chance(10)) {
      const name = `F${count++}`;
      fragments.push(`fragment ${name} on ${type.name} { ${chosen} }`);
      return `{ ...${name} }`;
    }
    return `{ ${chosen} }`;
  }

  const kind = chance(10) ? 'mutation' : 'query';
  const root = kind === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  const body = root ? selection(root, 0) : '';
  const head = definitions.length > 0 ? `${kind} Made(${definitions.join(', ')})` : `${kind} Made`;
  return { query: [`${head} ${body}`, ...fragments].join('\n'), variables };
}

/** Every field of the schema, down to lists in lists, in pages of five. */
export function everyField(schema: GraphQLSchema, id: string): string {
  const required: Record<string, string> = {
    id: `id: "${id}"`,
    first: 'first: 5',
    representations: `representations: [{__typename: "TaskStatus", id: "${id}"}, {__typename: "Source", id: "${id}"}]`,
  };
  const select = (type: GraphQLNamedType, above: readonly string[]): string => {
    if (isUnionType(type))
      return `{ __typename ${type
        .getTypes()
        .map((member) => `... on ${member.name} ${select(member, above)}`)
        .join(' ')} }`;
    if (!isObjectType(type)) return '';
    const deeper = [...above, type.name];
    const fields = fieldsOf(type)
      .filter(
        (field) =>
          deeper.filter((name) => name === getNamedType(field.type).name).length < 2 &&
          field.name !== '_service',
      )
      .map((field) => {
        const args = field.args.flatMap(({ name }) => required[name] ?? []);
        return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${select(getNamedType(field.type), deeper)}`;
      });
    return `{ ${fields.join(' ')} }`;
  };
  const query = schema.getQueryType();
  return query ? select(query, []) : '';
}

function fieldsOf(type: GraphQLObjectType | GraphQLInterfaceType): readonly GraphQLField<unknown, unknown>[] {
  return Object.values(type.getFields());
}
