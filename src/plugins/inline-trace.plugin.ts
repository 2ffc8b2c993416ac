import type { ApolloServerPlugin, GraphQLRequest } from '@apollo/server';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { fastPathSafe } from './fast-path-safe.js';

/**
 * Traces operations for `apollo-federation-include-trace`, of requests that may have a trace; others are answered
 * without one. Requests with that header take the full path.
 */
export function inlineTracePlugin(mayTrace: (request: GraphQLRequest) => boolean): ApolloServerPlugin {
  const trace = ApolloServerPluginInlineTrace();
  return fastPathSafe({
    ...trace,
    async requestDidStart(context) {
      return mayTrace(context.request) ? trace.requestDidStart?.(context) : undefined;
    },
  });
}
