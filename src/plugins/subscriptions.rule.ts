import {
  getNamedType,
  GraphQLError,
  isObjectType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTVisitor,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type ExecutableDefinitionNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * Refuses what a subscription must not select: lists that are read page by page, which would cost calls at each event,
 * and a root field under `@skip` or `@include`, without which it has no events. graphql-js throws if such a condition is a
 * variable, so it is refused before other rules visit the definitions.
 */
export function limitSubscriptions(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const conditions = rootConditions(document);
      for (const nodes of conditions)
        context.reportError(
          new GraphQLError('A subscription must not have @skip or @include on its root field.', { nodes }),
        );
      if (conditions.length > 0) return { ...document, definitions: [] };
      refuseLists(context, document);
      return undefined;
    },
  };
}

/** Visits each subscription, and each fragment that one of them spreads, once. */
function refuseLists(context: ValidationContext, { definitions }: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const open: ExecutableDefinitionNode[] = [];
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (isSubscription(definition)) open.push(definition);
  const types = new TypeInfo(context.getSchema());
  const visitor = visitWithTypeInfo(types, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.get(value);
      if (fragment) open.push(fragment);
      fragments.delete(value);
    },
    Field(node) {
      const type = getNamedType(types.getType());
      if (!isObjectType(type) || type.getFields()['pageInfo'] === undefined) return undefined;
      context.reportError(
        new GraphQLError(
          `A subscription must not select "${node.name.value}": it would cost upstream calls at each event. Ask for it in a query.`,
          { nodes: node },
        ),
      );
      return false;
    },
  });
  for (let next = open.pop(); next; next = open.pop()) visit(next, visitor);
}

function isSubscription(definition: DefinitionNode): definition is OperationDefinitionNode {
  return (
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION
  );
}

/** Returns the conditions on root fields of the document's subscriptions, and on fragments around them. */
function rootConditions({ definitions }: DocumentNode): DirectiveNode[] {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  const found: DirectiveNode[] = [];
  const seen = new Set<SelectionSetNode>();
  const check = (set: SelectionSetNode | undefined): void => {
    if (set === undefined || seen.has(set)) return;
    seen.add(set);
    for (const node of set.selections) {
      found.push(...(node.directives ?? []).filter(({ name }) => /^(?:skip|include)$/.test(name.value)));
      if (node.kind === Kind.INLINE_FRAGMENT) check(node.selectionSet);
      if (node.kind === Kind.FRAGMENT_SPREAD) check(fragments.get(node.name.value));
    }
  };
  for (const definition of definitions) if (isSubscription(definition)) check(definition.selectionSet);
  return found;
}
