import { GraphQLError } from 'graphql';
import type { TaskStatusDataSource } from './task-status.data-source.js';

/** Refuses everything to a caller that needs a token and has none, without calling the upstream. */
export function createUnauthenticatedDataSource(): TaskStatusDataSource {
  const error = (): GraphQLError =>
    new GraphQLError('This needs an access token. Send it in the header "Authorization: Bearer …".', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  const refuse = (): Promise<never> => Promise.reject(error());
  return {
    byId: refuse,
    list: refuse,
    pending: refuse,
    listOfSource: refuse,
    pendingOfSource: refuse,
    update: refuse,
    watch: () => {
      throw error();
    },
  };
}
