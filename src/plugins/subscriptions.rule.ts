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
      const subscriptions = document.definitions.filter(isSubscription);
      if (subscriptions.length === 0) return undefined;
      const fragments = new Map(
        document.definitions.flatMap((node) =>
          node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
        ),
      );
      const conditions = rootConditions(subscriptions, fragments);
      for (const nodes of conditions)
        context.reportError(
          new GraphQLError('A subscription must not have @skip or @include on its root field.', { nodes }),
        );
      if (conditions.length > 0) return { ...document, definitions: [] };
      refuseLists(context, subscriptions, fragments);
      return undefined;
    },
  };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function isSubscription(definition: DefinitionNode): definition is OperationDefinitionNode {
  return (
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION
  );
}

/** Returns the conditions on root fields of the subscriptions, and on fragments around them. */
function rootConditions(
  subscriptions: readonly OperationDefinitionNode[],
  fragments: Fragments,
): DirectiveNode[] {
  const found: DirectiveNode[] = [];
  const seen = new Set<SelectionSetNode>();
  const check = (set: SelectionSetNode | undefined): void => {
    if (set === undefined || seen.has(set)) return;
    seen.add(set);
    for (const node of set.selections) {
      found.push(...(node.directives ?? []).filter(({ name }) => /^(?:skip|include)$/.test(name.value)));
      if (node.kind === Kind.INLINE_FRAGMENT) check(node.selectionSet);
      if (node.kind === Kind.FRAGMENT_SPREAD) check(fragments.get(node.name.value)?.selectionSet);
    }
  };
  for (const { selectionSet } of subscriptions) check(selectionSet);
  return found;
}

/** Visits each subscription, and each fragment that one of them spreads, once. */
function refuseLists(
  context: ValidationContext,
  subscriptions: readonly OperationDefinitionNode[],
  fragments: Fragments,
): void {
  const reached = new Set<ExecutableDefinitionNode>(subscriptions);
  const types = new TypeInfo(context.getSchema());
  const visitor = visitWithTypeInfo(types, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (fragment) reached.add(fragment);
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
  // A set that grows while it is iterated yields what was added, too.
  for (const definition of reached) visit(definition, visitor);
}
