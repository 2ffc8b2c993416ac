import type { ApolloServerPlugin, BaseContext } from '@apollo/server';

const safe = new WeakSet<object>();

/**
 * Marks a plugin as safe for the fast path, on which none of its request hooks are called: what it does for a query that
 * it let pass before, and that has no errors, must be done without it. A copy of a marked plugin is not marked.
 */
export function fastPathSafe<C extends BaseContext>(plugin: ApolloServerPlugin<C>): ApolloServerPlugin<C> {
  safe.add(plugin);
  return plugin;
}

export function isFastPathSafe(plugin: object): boolean {
  return safe.has(plugin);
}
