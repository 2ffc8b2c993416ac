import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import type { KnownOperations } from '../execution/known-operations.js';
import type { Log } from '../telemetry/logger.js';

/** Of a longer name, so much is logged. */
const MAX_NAME = 100;

/** Has every operation remembered that comes as far as being executed, so that it need not come this way again. */
export function knownOperationsPlugin(known: KnownOperations, log: Log): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        executionDidStart({ source, queryHash, request, document, ...context }) {
          // Apollo Server's types know better than it does: a document may not have the operation that is asked for.
          const { operation } = context as { operation?: OperationDefinitionNode };
          if (!operation) return Promise.resolve();
          const name = operation.name?.value.slice(0, MAX_NAME);
          log.debug({ operation: name, hash: queryHash }, 'an operation went the whole way');
          known.learn({
            source,
            sha256: queryHash,
            operationName: request.operationName,
            document,
            operation,
          });
          return Promise.resolve();
        },
      }),
  };
}
