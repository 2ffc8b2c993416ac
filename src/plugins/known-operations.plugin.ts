import type { ApolloServerPlugin } from '@apollo/server';
import type { KnownOperations } from '../execution/known-operations.js';

/** Has every operation remembered that comes as far as being executed, so that it need not come this way again. */
export function knownOperationsPlugin(known: KnownOperations): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        executionDidStart({ source, queryHash, request, document, operation }) {
          known.learn({ source, sha256: queryHash, operationName: request.operationName, document, operation });
          return Promise.resolve();
        },
      }),
  };
}
