import 'reflect-metadata';
import {
  extendSchema,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { buildSchemaSync, getMetadataStorage } from 'type-graphql';
import type { OperationContext } from './resolvers/context.js';
import { resolveEntities } from './resolvers/entity.references.js';
import { SourceResolver, TaskTargetResolver } from './resolvers/entity.resolver.js';
import { TaskStatusResolver } from './resolvers/task-status.resolver.js';

type ParameterMetadata = NonNullable<
  ReturnType<typeof getMetadataStorage>['queries'][number]['params']
>[number];

/** The executable schema of the API, made of the decorated classes. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [TaskStatusResolver, TaskTargetResolver, SourceResolver],
    validate: false,
  });
  // TypeGraphQL has no decorator for the root types.
  for (const [type, description] of [
    [schema.getQueryType(), 'What can be asked of SailPoint’s task status API.'],
    [schema.getMutationType(), 'What can be changed through SailPoint’s task status API.'],
  ] as const) {
    if (type) type.description = description;
  }
  callDirectly(schema.getQueryType());
  return schema;
}

/** As graphql-js calls it. */
type Resolve = GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>>;

/**
 * Has the queries call their methods directly. TypeGraphQL makes an instance of each argument's class and awaits it:
 * half of what a look-up costs, and of no use where the classes have no behaviour and nothing is validated by them.
 */
function callDirectly(type: GraphQLObjectType | null | undefined): void {
  const instances = new Map<unknown, Record<string, Resolve>>();
  for (const { target, methodName, schemaName, params = [] } of getMetadataStorage().queries) {
    const field = type?.getFields()[schemaName];
    if (!field) continue;
    const instance = instances.get(target) ?? (Reflect.construct(target, []) as Record<string, Resolve>);
    instances.set(target, instance);
    const method = instance[methodName] as unknown as (...parameters: unknown[]) => unknown;
    const readers = [...params].sort((a, b) => a.index - b.index).map(readerOf);
    const resolve: Resolve = (...given) =>
      method.apply(
        instance,
        readers.map((read) => read(given)),
      );
    field.resolve = resolve;
  }
}

/** How a decorated parameter is read off what graphql-js calls a resolver with: root, arguments, context, info. */
function readerOf(parameter: ParameterMetadata): (given: Parameters<Resolve>) => unknown {
  switch (parameter.kind) {
    case 'arg':
      return ([, args]) => args[parameter.name];
    case 'args':
      return ([, args]) => args;
    case 'context':
      return ([, , context]) => context;
    case 'info':
      return ([, , , info]) => info;
    default:
      throw new Error(`a query takes a ${parameter.kind} parameter, which is not read here`);
  }
}

/** The API's schema as text, sorted, as it is committed under `schema/`. */
export function toSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** What is linked and imported is in every version of Federation 2. */
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])`;

/**
 * The API's schema as text for those who compose it: with the directives of the classes, which `printSchema` leaves
 * out, and without the fields that a router asks of a subgraph.
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

/** The API's schema and, besides, what makes it a subgraph of Federation 2, asked for at most so many entities at once. */
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
