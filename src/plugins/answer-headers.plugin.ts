import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

interface RetryHint {
  readonly retryAfterSeconds?: number;
}

/**
 * Returns the headers of an answer. No cache may store it, not even the browser's own, because it depends on the
 * caller. `Retry-After` is the longest `retryAfterSeconds` of the errors.
 */
export function answerHeaders(errors: readonly GraphQLFormattedError[]): {
  readonly 'cache-control': string;
  readonly 'retry-after'?: string;
} {
  const seconds = errors.flatMap(({ extensions }) => {
    const { retryAfterSeconds, upstream } = (extensions ?? {}) as RetryHint & { upstream?: RetryHint };
    return retryAfterSeconds ?? upstream?.retryAfterSeconds ?? [];
  });
  return {
    'cache-control': 'private, no-store',
    ...(seconds.length > 0 && { 'retry-after': String(Math.max(...seconds)) }),
  };
}

/** Sets these headers on the answer of each operation that takes the full path. */
export function answerHeadersPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response: { body, http } }) {
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          for (const [name, value] of Object.entries(answerHeaders(errors))) http.headers.set(name, value);
          return Promise.resolve();
        },
      }),
  });
}
