import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The part of graphql-js's `GraphQLResolveInfo` that decides what is selected. */
export interface SelectionScope {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly variableValues: Record<string, unknown>;
}

/**
 * Returns the fields that an object's selection sets select, by response key, in the order of their first occurrence.
 * Applies fragments, `@skip` and `@include`: CollectFields of the GraphQL specification, section 6.3.2.
 */
export function collectFields(
  type: GraphQLObjectType,
  parents: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  scope: SelectionScope,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();

  const applies = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const other = scope.schema.getType(condition);
    return isAbstractType(other) && scope.schema.isSubType(other, type);
  };
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, scope)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        if (known) known.push(selection);
        else fields.set(key, [selection]);
        continue;
      }
      let fragment: FragmentDefinitionNode | typeof selection | undefined = undefined;
      if (selection.kind === Kind.INLINE_FRAGMENT) fragment = selection;
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        fragment = scope.fragments[selection.name.value];
      }
      if (fragment && applies(fragment.typeCondition?.name.value)) visit(fragment.selectionSet);
    }
  };
  for (const { selectionSet } of parents) visit(selectionSet);
  return fields;
}

function isIncluded(node: SelectionNode, { variableValues }: SelectionScope): boolean {
  if (!node.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false
  );
}
