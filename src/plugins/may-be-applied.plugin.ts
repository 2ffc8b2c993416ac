import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';
import { MAY_BE_APPLIED } from '../translation/upstream-error.translator.js';

/**
 * Has every error of a mutation's field tell by `mayBeApplied` whether the change may have been made all the same. A
 * resolver that knows says so itself. Else the change was refused before it began, unless the failure is an unexpected
 * one, of which nothing is known.
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
