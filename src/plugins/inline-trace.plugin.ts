import type { ApolloServerPlugin, GraphQLRequest } from '@apollo/server';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { fastPathSafe } from './fast-path-safe.js';

/**
 * Traces operations of requests with the header `apollo-federation-include-trace`, if `mayTrace` allows it. Others are
 * answered without a trace. Requests with that header take the full path.
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
