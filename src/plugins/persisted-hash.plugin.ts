import type { ApolloServerPlugin } from '@apollo/server';
import { fastPathSafe } from './fast-path-safe.js';

/** Takes a persisted query's hash that is no text for an empty one: Apollo Server makes a text of it, which may throw. */
export function persistedHashPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart({ request: { extensions } }) {
      const persisted: unknown = extensions?.['persistedQuery'];
      if (isRecord(persisted) && typeof persisted['sha256Hash'] !== 'string') persisted['sha256Hash'] = '';
      return Promise.resolve();
    },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
