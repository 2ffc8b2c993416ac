import { getNamedType, type FieldNode, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { collectFields } from '../fast-path/selection.js';
import type { PageSelection } from '../data-sources/task-page.js';

/** Returns which parts of a connection the operation selects. */
export function pageSelection(info: GraphQLResolveInfo): PageSelection {
  const connection = getNamedType(info.returnType) as GraphQLObjectType;
  const page = selectedFields(connection, info.fieldNodes, info);
  const pageInfoType = getNamedType(connection.getFields()['pageInfo']?.type) as GraphQLObjectType;
  const pageInfo = selectedFields(pageInfoType, page.get('pageInfo') ?? [], info);
  return {
    rows: page.has('nodes') || page.has('edges') || pageInfo.has('startCursor') || pageInfo.has('endCursor'),
    hasNextPage: pageInfo.has('hasNextPage'),
    totalCount: page.has('totalCount'),
  };
}

/** Returns the selected fields of an object by name. A field can be selected under several response keys. */
function selectedFields(
  type: GraphQLObjectType,
  parents: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  for (const nodes of collectFields(type, parents, info).values()) {
    const name = nodes[0]?.name.value ?? '';
    fields.set(name, [...(fields.get(name) ?? []), ...nodes]);
  }
  return fields;
}
