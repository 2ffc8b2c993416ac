import type { ApolloServerPlugin } from '@apollo/server';
import { getOperationAST, OperationTypeNode, type DocumentNode } from 'graphql';
import { mediaTypeFor } from '../fast-path/media-type.js';
import type { StreamRequest } from '../fast-path/subscription.js';
import { fastPathSafe } from './fast-path-safe.js';

/** Codes of the errors that refuse a well-formed request before it is executed. */
const requestErrors: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * Answers in `application/json` with 200 if an operation doesn't parse, validate or fit its variables, as the
 * GraphQL-over-HTTP specification says: in that media type a client can't distinguish a 400 of the gateway from one of
 * a proxy. Apollo Server answers 400 in either media type. So does the gateway to a client that accepts a stream, unless
 * the operation is a query: a client of streams could take a 200 for a lost connection.
 */
export function responseStatusPlugin(): ApolloServerPlugin<{ readonly stream?: StreamRequest }> {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ request, document, contextValue: { stream }, response: { body, http } }) {
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          if (
            http.status === 400 &&
            (!stream || (stream.acceptsJson && isQuery(document, request.operationName))) &&
            errors.every(({ extensions }) => requestErrors.has(extensions?.['code'])) &&
            mediaTypeFor(request.http?.headers.get('accept'))?.startsWith('application/json')
          )
            http.status = 200;
          return Promise.resolve();
        },
      }),
  });
}

function isQuery(document: DocumentNode | undefined, name: string | undefined): boolean {
  return document !== undefined && getOperationAST(document, name)?.operation === OperationTypeNode.QUERY;
}
