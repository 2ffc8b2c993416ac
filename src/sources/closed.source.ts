import { GraphQLError } from 'graphql';
import type { TaskStatusSource } from './task-status.source.js';

/** What a caller without a token may ask where one is needed: nothing, and the upstream isn't asked either. */
export function createClosedSource(): TaskStatusSource {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new GraphQLError('This needs an access token. Send it in the header "Authorization: Bearer …".', {
        extensions: { code: 'UNAUTHENTICATED' },
      }),
    );
  return {
    byId: refuse,
    list: refuse,
    pending: refuse,
    listOfSource: refuse,
    pendingOfSource: refuse,
    update: refuse,
  };
}
