import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { mediaTypeFor } from '../fast-path/media-type.js';
import { acceptSubscription, type StreamRequest } from '../fast-path/subscription.js';
import { fastPathSafe } from './fast-path-safe.js';

/** Maximum length of a subscription's text, in characters: a stream keeps what was parsed of it. */
const MAX_CHARACTERS = 10_000;

/**
 * Hands accepted subscriptions to the route, which streams their events. Apollo Server would execute them like queries,
 * and refuse them by GET. Refuses a subscription if the client accepts no stream.
 */
export function subscriptionsPlugin(): ApolloServerPlugin<{ readonly stream?: StreamRequest }> {
  return fastPathSafe({
    requestDidStart() {
      let isGet = false;
      return Promise.resolve({
        didResolveSource({ request: { http } }) {
          isGet = http?.method === 'GET';
          // Keeps Apollo Server from refusing subscriptions. Mutations are refused below.
          if (isGet && http) http.method = 'POST';
          return Promise.resolve();
        },
        didResolveOperation({ source, operation, request: { http }, contextValue: { stream } }) {
          const type = typeOf(operation);
          const accept = http?.headers.get('accept');
          if (type === OperationTypeNode.SUBSCRIPTION && !stream) return Promise.reject(noStream(accept));
          if (type === OperationTypeNode.SUBSCRIPTION && source.length > MAX_CHARACTERS)
            return Promise.reject(tooLong());
          if (type === OperationTypeNode.MUTATION && isGet) return Promise.reject(mutationByGet(accept));
          return Promise.resolve();
        },
        responseForOperation({ source, document, operation, request, contextValue: { stream } }) {
          if (!stream) return Promise.resolve(null);
          stream.isExecuted = true;
          if (typeOf(operation) !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve(null);
          const { operationName, variables = {} } = request;
          stream.accepted = acceptSubscription({ source, document, operation, operationName, variables });
          // Not sent: the route answers.
          return Promise.resolve({
            http: { headers: new Map() as never },
            body: { kind: 'single', singleResult: { data: null } },
          });
        },
      });
    },
  });
}

/** Despite Apollo Server's types, a document might lack the requested operation. */
function typeOf(
  operation: { readonly operation: OperationTypeNode } | undefined,
): OperationTypeNode | undefined {
  return operation?.operation;
}

function tooLong(): GraphQLError {
  return new GraphQLError(
    `The text of a subscription must not be longer than ${MAX_CHARACTERS} characters.`,
    {
      extensions: { limit: 'characters', http: { status: 400 } },
    },
  );
}

function noStream(accept: string | undefined): GraphQLError {
  return refusal(
    406,
    'A subscription is answered as a stream of events. Send "Accept: text/event-stream" or "Accept: multipart/mixed;subscriptionSpec=1.0".',
    accept,
  );
}

/** As Apollo Server refuses it. */
function mutationByGet(accept: string | undefined): GraphQLError {
  return refusal(405, 'GET requests only support query operations, not mutation operations', accept, [
    ['allow', 'POST'],
  ]);
}

function refusal(
  status: number,
  message: string,
  accept: string | undefined,
  headers: [string, string][] = [],
): GraphQLError {
  // Otherwise, Apollo Server would answer a client that doesn't accept JSON with an error of its own.
  if (mediaTypeFor(accept) === undefined) headers.push(['content-type', 'application/json; charset=utf-8']);
  return new GraphQLError(message, {
    extensions: { code: 'BAD_REQUEST', http: { status, headers: new Map(headers) } },
  });
}
