import type { ApolloServerPlugin } from '@apollo/server';

/** Answers hang on who asks: no cache may keep one, were it even the browser's own. */
export function privateAnswerPlugin(): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response: { http } }) {
          http.headers.set('cache-control', 'private, no-store');
          return Promise.resolve();
        },
      }),
  };
}
