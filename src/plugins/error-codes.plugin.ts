import type { ApolloServerPlugin } from '@apollo/server';
import { fastPathSafe } from './fast-path-safe.js';

/** Adds the codes of an answer's errors to the operation's context, for the log line. */
export function errorCodesPlugin(): ApolloServerPlugin<{ readonly errorCodes: string[] }> {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ contextValue, response: { body } }) {
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          for (const { extensions } of errors) contextValue.errorCodes.push(String(extensions?.['code']));
          return Promise.resolve();
        },
      }),
  });
}
