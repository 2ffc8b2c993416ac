import { GraphQLError } from 'graphql';
import { checkId } from '../translation/id.translator.js';
import { badUserInput } from '../translation/user-input-error.js';
import type { OperationContext } from './context.js';

/** An entity of this subgraph, as its type's name and the fields that its type's resolvers need. */
export type Entity = { readonly __typename: string } & object;

type Reference = (id: string, context: OperationContext) => Promise<Entity | null>;

/** Every entity that this subgraph resolves, by its key `id`. */
const references = new Map<string, Reference>([
  ['TaskStatus', async (id, { tasks }) => named('TaskStatus', await tasks.byId(id))],
  ['Source', (id) => Promise.resolve({ __typename: 'Source', id })],
]);

/** The entities, each a result, null or an error of its own. Nothing of a representation counts but its key. */
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

/** The value under its type's name. It may be shared with other operations, and its fields may be getters. */
function named(type: string, value: object | null): Entity | null {
  return value && (Object.create(value, { __typename: { value: type } }) as Entity);
}
