import type { ApolloServerPlugin } from '@apollo/server';
import { mediaTypeFor } from '../fast-path/media-type.js';
import { fastPathSafe } from './fast-path-safe.js';

/** What a well-formed request can be refused for before it is executed. */
const requestErrors: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * A client that is answered in `application/json` can't tell a 400 of the gateway's from one of a proxy's, so the
 * GraphQL-over-HTTP specification has it answered with 200 where the operation doesn't parse, validate or fit its
 * variables. Apollo Server answers 400 in either media type.
 */
export function responseStatusPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ request, response: { body, http } }) {
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          if (
            http.status === 400 &&
            errors.every(({ extensions }) => requestErrors.has(extensions?.['code'])) &&
            mediaTypeFor(request.http?.headers.get('accept'))?.startsWith('application/json')
          )
            http.status = 200;
          return Promise.resolve();
        },
      }),
  });
}
