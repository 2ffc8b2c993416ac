import {
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { collectFields, type SelectionScope } from './selection.js';

/**
 * Converts a resolved value, which is not null, to its form in the answer.
 * @throws Bailout if graphql-js has to do it.
 */
export type ResultShaper = (value: unknown) => unknown;

/** Thrown to leave an operation or a value to graphql-js. */
export class Bailout extends Error {}

/** What a shaper is compiled with. */
export interface ShaperScope extends SelectionScope {
  /** Whether graphql-js reads a field by its name alone: it has no resolver and no arguments. */
  readonly isPlain: (field: GraphQLField<unknown, unknown>) => boolean;
  /** Object members that may still be compiled. Limited, because a few fragments can expand to millions. */
  readonly members: { left: number };
}

/**
 * Compiles the selection of a type into a shaper of its values. Reads fields by name, as graphql-js's default resolver
 * does.
 * @throws Bailout for fields that are not plain, and for types that only a value can tell.
 */
export function compileShaper(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  scope: ShaperScope,
): ResultShaper {
  if (isNonNullType(type)) return compileShaper(type.ofType, nodes, scope);
  if (isListType(type)) return ofList(type.ofType, compileShaper(type.ofType, nodes, scope));
  if (isLeafType(type)) return ofLeaf(type);
  if (isObjectType(type) && type.isTypeOf === undefined) return ofObject(type, nodes, scope);
  throw new Bailout(`only a value tells what ${getNamedType(type).name} it is`);
}

interface Member {
  readonly key: string;
  readonly read: (source: Record<string, unknown>) => unknown;
}

function ofObject(type: GraphQLObjectType, nodes: readonly FieldNode[], scope: ShaperScope): ResultShaper {
  const definitions = type.getFields();
  const fields = collectFields(type, nodes, scope);
  scope.members.left -= fields.size;
  if (scope.members.left < 0) throw new Bailout('the selection unfolds to too much');
  const members = [...fields].map(([key, fieldNodes]): Member => {
    const name = fieldNodes[0]?.name.value ?? '';
    if (key === '__proto__') throw new Bailout('assigning to that key sets the prototype');
    if (name === '__typename') return { key, read: () => type.name };
    const definition = definitions[name];
    if (definition === undefined || !scope.isPlain(definition))
      throw new Bailout(`${type.name}.${name} has a resolver or arguments`);
    const nullable = !isNonNullType(definition.type);
    const shape = compileShaper(definition.type, fieldNodes, scope);
    return { key, read: (source) => shapeOrNull(source[name], nullable, shape) };
  });

  return (value) => {
    if (typeof value !== 'object') throw new Bailout('no object');
    refuseDeferred(value);
    const shaped: Record<string, unknown> = {};
    for (const { key, read } of members) shaped[key] = read(value as Record<string, unknown>);
    return shaped;
  };
}

function ofList(itemType: GraphQLOutputType, shape: ResultShaper): ResultShaper {
  const nullable = !isNonNullType(itemType);
  return (value) => {
    if (!Array.isArray(value)) throw new Bailout('no array');
    return value.map((item: unknown) => shapeOrNull(item, nullable, shape));
  };
}

function ofLeaf(type: GraphQLLeafType): ResultShaper {
  const serialize: ResultShaper = (value) => {
    refuseDeferred(value);
    const plain = type.serialize(value);
    if (plain === null || plain === undefined) throw new Bailout('nothing to serialize to');
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

function shapeOrNull(value: unknown, nullable: boolean, shape: ResultShaper): unknown {
  if (value !== null && value !== undefined) return shape(value);
  if (nullable) return null;
  throw new Bailout('null where none may be');
}

/** Bails out if graphql-js would call the value, wait for it, or treat it as an error. */
function refuseDeferred(value: unknown): void {
  if (typeof value === 'function') throw new Bailout('a function');
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Error || typeof (value as { then?: unknown }).then === 'function')
    throw new Bailout('an error or a promise');
}
