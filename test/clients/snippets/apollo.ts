import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { sha256 } from './sha256.js';

export function createApolloClient(uri: string, token: string, byGet = false): ApolloClient {
  const headers = { authorization: `Bearer ${token}` };
  return new ApolloClient({
    link: ApolloLink.from([
      new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet }),
      new HttpLink({ uri, headers }),
    ]),
    cache: new InMemoryCache({
      // One list for each filter and order, which `fetchMore({ variables: { after } })` makes longer.
      typePolicies: { Query: { fields: { taskStatuses: relayStylePagination(['filter', 'sort']) } } },
    }),
  });
}
