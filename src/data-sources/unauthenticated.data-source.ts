import { GraphQLError } from 'graphql';
import type { TaskStatusDataSource } from './task-status.data-source.js';

/** What a caller without a token may ask where one is needed: nothing, and the upstream isn't asked either. */
export function createUnauthenticatedDataSource(): TaskStatusDataSource {
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
