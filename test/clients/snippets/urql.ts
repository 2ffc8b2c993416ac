import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';

export function createUrqlClient(url: string, token: string, byGet = false): Client {
  return new Client({
    url,
    // urql asks by GET unless told not to, and the gateway refuses a GET that a form could send.
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetchOptions: { headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' } },
    exchanges: [
      cacheExchange({
        keys: { TaskTarget: () => null, TaskDefinitionSummary: () => null, TaskStatusChange: () => null },
        resolvers: { Query: { taskStatuses: relayPagination() } },
      }),
      persistedExchange({ preferGetForPersistedQueries: byGet }),
      fetchExchange,
    ],
  });
}
