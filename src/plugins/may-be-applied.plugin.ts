import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';
import { MAY_BE_APPLIED } from '../translation/upstream-error.translator.js';

/**
 * Adds `mayBeApplied` to the errors of a mutation and of its root fields: whether the change might be applied despite
 * the error. A resolver that knows sets it itself. Otherwise it is true for unexpected errors, whose outcome is
 * unknown, and false for others, because the change was refused before it began.
 */
export function mayBeAppliedPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ operation, response: { body } }) {
          if (operation?.operation !== OperationTypeNode.MUTATION || body.kind !== 'single')
            return Promise.resolve();
          const { singleResult } = body;
          if (singleResult.errors === undefined) return Promise.resolve();
          singleResult.errors = singleResult.errors.map((error) => {
            const { path, extensions } = error;
            if ((path?.length ?? 1) > 1 || extensions?.['mayBeApplied'] !== undefined) return error;
            const mayBeApplied = extensions?.['code'] === 'INTERNAL_SERVER_ERROR';
            const message = mayBeApplied ? `${error.message} ${MAY_BE_APPLIED}` : error.message;
            return { ...error, message, extensions: { ...extensions, mayBeApplied } };
          });
          return Promise.resolve();
        },
      }),
  });
}
