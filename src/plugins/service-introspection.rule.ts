import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/**
 * Refuses `_service`, which reveals as much of the schema as introspection does. To be used if introspection is off.
 * The error has the same `validationErrorCode` as Apollo Server's for introspection.
 */
export function refuseServiceIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== '_service' || context.getParentType() !== context.getSchema().getQueryType())
        return;
      context.reportError(
        new GraphQLError(
          'Introspection is off, and so is "_service": compose the committed subgraph schema, or set INTROSPECTION=on.',
          {
            nodes: node,
            extensions: { validationErrorCode: 'INTROSPECTION_DISABLED' },
          },
        ),
      );
    },
  };
}
