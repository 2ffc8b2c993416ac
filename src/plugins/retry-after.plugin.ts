import type { ApolloServerPlugin } from '@apollo/server';

/** Puts the longest `retryAfterSeconds` of an answer's errors into its `Retry-After` header. */
export function retryAfterPlugin(): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response: { body, http } }) {
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          const seconds = errors.flatMap(({ extensions }) => {
            const upstream = extensions?.['upstream'] as { retryAfterSeconds?: number } | undefined;
            return upstream?.retryAfterSeconds ?? [];
          });
          if (seconds.length > 0) http.headers.set('retry-after', String(Math.max(...seconds)));
          return Promise.resolve();
        },
      }),
  };
}
