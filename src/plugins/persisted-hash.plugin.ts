import type { ApolloServerPlugin } from '@apollo/server';
import { fastPathSafe } from './fast-path-safe.js';

/** Empties a persisted query's hash if it isn't a string. Apollo Server would convert it to one, which can throw. */
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
