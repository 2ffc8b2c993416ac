import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type FieldNode,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PageNeeds } from '../sources/task-page.js';

/** What of a connection the operation selects, with its fragments, `@skip` and `@include` looked through. */
export function pageNeeds(info: GraphQLResolveInfo): PageNeeds {
  const page = selectedFields(info.fieldNodes, info);
  const pageInfo = selectedFields(page.get('pageInfo') ?? [], info);
  return {
    rows: page.has('nodes') || page.has('edges') || pageInfo.has('startCursor') || pageInfo.has('endCursor'),
    hasNextPage: pageInfo.has('hasNextPage'),
    totalCount: page.has('totalCount'),
  };
}

/** The fields selected below the given ones, by name. All types here are object types, so every fragment applies. */
function selectedFields(parents: readonly FieldNode[], info: GraphQLResolveInfo): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, info)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        fields.set(name, [...(fields.get(name) ?? []), selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else visit(info.fragments[selection.name.value]?.selectionSet);
    }
  };
  for (const parent of parents) visit(parent.selectionSet);
  return fields;
}

function isIncluded(node: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false
  );
}
