import {
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { collectFields, type SelectionScope } from './selection.js';

/** Makes of a resolved value, which is not null, what of it an answer holds. Throws where graphql-js reports an error. */
export type Projection = (value: unknown) => unknown;

/** An operation, or a value, that is left to graphql-js. */
export class NotProjected extends Error {}

/**
 * Compiles what is selected of a type into a projection of its values. Fields are read by name, as graphql-js's default
 * resolver reads them. A field with a resolver or arguments of its own, and a type that only a value tells, is
 * {@link NotProjected}.
 */
export function compileProjection(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  scope: SelectionScope,
): Projection {
  if (isNonNullType(type)) return compileProjection(type.ofType, nodes, scope);
  if (isListType(type)) return ofList(type.ofType, compileProjection(type.ofType, nodes, scope));
  if (isLeafType(type)) return ofLeaf(type);
  if (isObjectType(type) && type.isTypeOf === undefined) return ofObject(type, nodes, scope);
  throw new NotProjected(`only a value tells what ${getNamedType(type).name} it is`);
}

function ofObject(type: GraphQLObjectType, nodes: readonly FieldNode[], scope: SelectionScope): Projection {
  const definitions = type.getFields();
  const projections: Projection[] = [];
  const members = [...collectFields(type, nodes, scope)].map(([key, fieldNodes]) => {
    const name = fieldNodes[0]?.name.value ?? '';
    if (key === '__proto__') throw new NotProjected('that key is special to an object literal');
    if (name === '__typename') return `${key}: '${type.name}'`;
    const definition = definitions[name];
    if (definition === undefined || definition.resolve || definition.args.length > 0)
      throw new NotProjected(`${type.name}.${name} has a resolver or arguments`);
    const index = projections.push(compileProjection(definition.type, fieldNodes, scope)) - 1;
    const orElse = isNonNullType(definition.type) ? 'none()' : 'null';
    return `${key}: (member = source.${name}) === null || member === undefined ? ${orElse} : projection${index}(member)`;
  });
  const project = generate(members, projections);

  return (value) => {
    if (typeof value !== 'object' || isDeferred(value)) throw new NotProjected('no plain object');
    return project(value);
  };
}

/**
 * A function that makes an object of these members. Generated, since V8 reads and writes members that a loop names three
 * times as slowly. All that the text holds are names of GraphQL, which are letters, digits and underscores.
 */
function generate(members: readonly string[], projections: readonly Projection[]): Projection {
  const parameters = projections.map((_, index) => `projection${index}`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
  const make = new Function(
    'none',
    ...parameters,
    `return (source) => { let member; return { ${members.join(', ')} }; };`,
  ) as (none: () => never, ...projections: readonly Projection[]) => Projection;
  return make(none, ...projections);
}

function none(): never {
  throw new NotProjected('null where none may be');
}

function ofList(itemType: GraphQLOutputType, project: Projection): Projection {
  const nullable = !isNonNullType(itemType);
  return (value) => {
    if (!Array.isArray(value)) throw new NotProjected('no array');
    return value.map((item: unknown) => {
      if (item !== null && item !== undefined) return project(item);
      return nullable ? null : none();
    });
  };
}

function ofLeaf(type: GraphQLLeafType): Projection {
  const serialize: Projection = (value) => {
    if (typeof value === 'object' && isDeferred(value)) throw new NotProjected('no plain value');
    const plain = type.serialize(value);
    if (plain === null || plain === undefined) throw new NotProjected('nothing to serialize to');
    return plain;
  };
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ value, name }) => [value as unknown, name]));
    return (value) => names.get(value) ?? serialize(value);
  }
  if (type.name === 'ID' || type.name === 'String')
    return (value) => (typeof value === 'string' ? value : serialize(value));
  return serialize;
}

/** Whether graphql-js would wait for it, or take it for a failure. */
function isDeferred(value: object | null): boolean {
  return value instanceof Error || typeof (value as { then?: unknown }).then === 'function';
}
