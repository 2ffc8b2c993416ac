import type { ApolloServerPlugin, BaseContext } from '@apollo/server';

const safe = new WeakSet<object>();

/**
 * Marks a plugin as safe for the fast path, which calls none of its request hooks. What the plugin does for a query
 * that it let pass before, and that has no errors, must be unnecessary or done elsewhere. Copies of a marked plugin are
 * not marked.
 */
export function fastPathSafe<C extends BaseContext>(plugin: ApolloServerPlugin<C>): ApolloServerPlugin<C> {
  safe.add(plugin);
  return plugin;
}

export function isFastPathSafe(plugin: object): boolean {
  return safe.has(plugin);
}
