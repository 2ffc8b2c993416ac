import { GraphQLError } from 'graphql';
import { checkId } from '../translation/id.translator.js';
import { badUserInput } from '../translation/user-input-error.js';
import type { OperationContext } from './context.js';

/** An entity of this subgraph: its type's name, and the fields that its type's resolvers need. */
export type Entity = { readonly __typename: string } & object;

type Reference = (id: string, context: OperationContext) => Promise<Entity | null>;

/** How to resolve each entity type of this subgraph by its key `id`. */
const references = new Map<string, Reference>([
  ['TaskStatus', async (id, { tasks }) => named('TaskStatus', await tasks.byId(id))],
  ['Source', (id) => Promise.resolve({ __typename: 'Source', id })],
]);

/**
 * Resolves each representation on its own, to an entity, null or an error. Reads only its `__typename` and its key.
 * @throws GraphQLError `OPERATION_TOO_COSTLY` if there are more than `max`.
 */
export function resolveEntities(
  representations: readonly unknown[],
  context: OperationContext,
  max: number,
): Promise<Entity | null>[] {
  if (representations.length > max) {
    throw new GraphQLError(`At most ${max} entities may be asked for at once.`, {
      extensions: { code: 'OPERATION_TOO_COSTLY', limit: 'entities' },
    });
  }
  return representations.map(async (representation, index) => {
    const at = `representations[${index}]`;
    const { __typename: type, id } = asObject(representation, at);
    const reference = typeof type === 'string' ? references.get(type) : undefined;
    if (reference === undefined) {
      throw badUserInput(`${at}.__typename`, `must be one of ${[...references.keys()].join(', ')}`);
    }
    if (typeof id !== 'string') throw badUserInput(`${at}.id`, 'must be a string');
    return reference(checkId(id, `${at}.id`), context);
  });
}

function asObject(value: unknown, argument: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw badUserInput(argument, 'must be an object with "__typename" and "id"');
}

/**
 * Derives an object with `__typename` from the value. Doesn't change or copy the value, because other operations might
 * share it and its fields might be getters.
 */
function named(type: string, value: object | null): Entity | null {
  return value && (Object.create(value, { __typename: { value: type } }) as Entity);
}
