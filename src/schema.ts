import 'reflect-metadata';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { TaskStatusResolver } from './resolvers/task-status.resolver.js';

/** The executable schema, made of the decorated classes. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({ resolvers: [TaskStatusResolver], validate: false });
  // TypeGraphQL has no decorator for the root types.
  for (const [type, description] of [
    [schema.getQueryType(), 'What can be asked of SailPoint’s task status API.'],
    [schema.getMutationType(), 'What can be changed through SailPoint’s task status API.'],
  ] as const) {
    if (type) type.description = description;
  }
  return schema;
}

/** The schema as text, sorted, as it is committed under `schema/`. */
export function toSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
