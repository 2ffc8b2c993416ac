import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/** Refuses operations of a type that the schema lacks, such as subscriptions. graphql-js does so only on execution. */
export function refuseUnknownOperationTypes(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`This API has no ${node.operation}s.`, { nodes: node }));
    },
  };
}
