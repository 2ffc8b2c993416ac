import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

/**
 * The headers of an answer. It hangs on who asks, so no cache may keep it, were it even the browser's own; and the
 * longest `retryAfterSeconds` of its errors is its `Retry-After`.
 */
export function answerHeaders(errors: readonly GraphQLFormattedError[]): {
  readonly 'cache-control': string;
  readonly 'retry-after'?: string;
} {
  const seconds = errors.flatMap(({ extensions }) => {
    const upstream = extensions?.['upstream'] as { retryAfterSeconds?: number } | undefined;
    return upstream?.retryAfterSeconds ?? [];
  });
  return {
    'cache-control': 'private, no-store',
    ...(seconds.length > 0 && { 'retry-after': String(Math.max(...seconds)) }),
  };
}

/** Sets the headers of every answer that Apollo Server gives. */
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
