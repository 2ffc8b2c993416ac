import 'reflect-metadata';
import {
  extendSchema,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
  type GraphQLSchema,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { buildSchemaSync, getMetadataStorage, type BuildSchemaOptions } from 'type-graphql';
import { FAST_PATH } from './fast-path/compiled-operation.js';
import type { OperationContext } from './resolvers/context.js';
import { resolveEntities } from './resolvers/entity.references.js';
import { SourceResolver, TaskTargetResolver } from './resolvers/entity.resolver.js';
import { SubscriptionResolver } from './resolvers/subscription.resolver.js';
import { TaskStatusResolver } from './resolvers/task-status.resolver.js';

/**
 * Creates the executable schema of the API from the decorated classes. Middleware for all fields keeps queries off the
 * fast path.
 */
export function createSchema(
  options: Pick<BuildSchemaOptions, 'globalMiddlewares' | 'authChecker'> = {},
): GraphQLSchema {
  const schema = buildSchemaSync({
    ...options,
    resolvers: [TaskStatusResolver, SubscriptionResolver, TaskTargetResolver, SourceResolver],
    validate: false,
    // TypeGraphQL wants one for any subscription, even if the field has its own `subscribe`.
    pubSub: { publish: noPubSub, subscribe: noPubSub },
  });
  // TypeGraphQL has no decorator for the root types.
  for (const [type, description] of [
    [schema.getQueryType(), 'Reads tasks from SailPoint’s task status API.'],
    [schema.getMutationType(), 'Changes tasks through SailPoint’s task status API.'],
    [schema.getSubscriptionType(), 'Watches tasks of SailPoint’s task status API.'],
  ] as const) {
    if (type) type.description = description;
  }
  if (!options.globalMiddlewares?.length) markForFastPath(schema);
  return schema;
}

function noPubSub(): never {
  throw new Error('no subscription of this schema uses topics');
}

/** Marks the queries that the fast path may take: those that TypeGraphQL runs without middleware and roles. */
function markForFastPath(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const queries = getMetadataStorage().queries.filter(({ schemaName }) => schemaName === field.name);
    const plain = queries.every(
      ({ middlewares = [], roles }) => middlewares.length === 0 && roles === undefined,
    );
    if (plain && queries.length > 0) field.extensions = { ...field.extensions, [FAST_PATH]: true };
  }
}

/** Returns the API's schema as text, sorted, as it is committed under `schema/`. */
export function toSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** Every version of Federation 2 has what is imported here. */
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])`;

/**
 * Returns the API's schema as text for composition. It has the directives of the classes, which `printSchema` leaves
 * out, but not the fields that a router asks of a subgraph.
 */
export function toSubgraphSdl(schema: GraphQLSchema): string {
  const withDirectives = (node: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode => ({
    ...node,
    directives: schema.getType(node.name.value)?.astNode?.directives ?? [],
  });
  const document = visit(parse(toSdl(schema)), { [Kind.OBJECT_TYPE_DEFINITION]: withDirectives });
  return `${link}\n\n${print(document)}\n`;
}

const subgraph = parse(`
  "Representations of entities: their \`__typename\` and their key."
  scalar _Any

  "The entities of this subgraph. It resolves sources and tasks."
  union _Entity = Identity | Source | TaskStatus

  "This subgraph, for those who compose it."
  type _Service {
    "The subgraph’s schema, as text."
    sdl: String!
  }

  extend type Query {
    "This subgraph’s schema. For those who compose it."
    _service: _Service!
    "Entities by their representations, in the same order; null where there is none. For routers."
    _entities("What to look up: \`__typename\` and key of each." representations: [_Any!]!): [_Entity]!
  }
`);

/**
 * Extends the API's schema to a subgraph of Federation 2. `maxEntities` is the limit of representations of one
 * `_entities`.
 */
export function createSubgraph(api: GraphQLSchema, maxEntities = Infinity): GraphQLSchema {
  const schema = extendSchema(api, subgraph);
  const fields = schema.getQueryType()?.getFields() ?? {};
  let sdl: string | undefined;
  Object.assign(fields['_service'] ?? {}, { resolve: () => ({ sdl: (sdl ??= toSubgraphSdl(api)) }) });
  Object.assign(fields['_entities'] ?? {}, {
    resolve: (_: unknown, args: { representations: unknown[] }, context: OperationContext) =>
      resolveEntities(args.representations, context, maxEntities),
  });
  return schema;
}
