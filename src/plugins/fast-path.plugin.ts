import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import type { CompiledOperationCache } from '../fast-path/compiled-operation-cache.js';
import type { Log } from '../telemetry/logger.js';
import { fastPathSafe } from './fast-path-safe.js';

/** Maximum length of an operation name in the log, in characters. Longer names are cut. */
const MAX_NAME = 100;

/** Puts each operation that is executed into the cache, so that the next request for it takes the fast path. */
export function fastPathPlugin(operations: CompiledOperationCache, log: Log): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        executionDidStart({ source, queryHash, request, document, ...context }) {
          // Despite Apollo Server's types, a document might lack the requested operation.
          const { operation } = context as { operation?: OperationDefinitionNode };
          if (!operation) return Promise.resolve();
          const name = operation.name?.value.slice(0, MAX_NAME);
          log.debug({ operation: name, hash: queryHash }, 'an operation took the full path');
          operations.put({ source, operationName: request.operationName, document, operation });
          return Promise.resolve();
        },
      }),
  });
}
