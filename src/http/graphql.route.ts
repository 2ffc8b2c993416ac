import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { KnownOperations, OperationRequest } from '../execution/known-operations.js';
import type { OperationContext } from '../resolvers/context.js';
import type { CallTime } from './request-log.js';

/** A request that holds an operation. */
export interface Visit {
  /** Its `Authorization` header. */
  readonly authorization: string | undefined;
  /** Calls back when it has been answered, or when whoever sent it is gone. */
  readonly onEnd: (listener: () => void) => void;
  /** Where the calls go that are made for it. */
  readonly calls: CallTime[];
}

/** Who answers operations, in two ways that give the same answers. */
export interface GraphqlOptions {
  /** The whole way. */
  readonly apollo: ApolloServer<OperationContext>;
  /** The short way, for operations that came the whole way before. */
  readonly known: KnownOperations;
  readonly contextFor: (visit: Visit) => OperationContext;
  readonly formatErrors: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  /** Headers of an answer with these errors, by their names. */
  readonly headersFor: (errors: readonly GraphQLFormattedError[]) => Readonly<Record<string, string>>;
}

/** Different `Accept` headers to remember. */
const MAX_ACCEPTS = 100;

/** `/graphql`, behind guards. What the short way has no answer for goes the whole way, refusals among it. */
export function serveGraphql(
  app: FastifyInstance,
  options: GraphqlOptions,
  guards: Pick<RouteShorthandOptions, 'config' | 'onRequest'>,
): void {
  const { apollo, known, contextFor, formatErrors, headersFor } = options;
  const wholeWay = fastifyApolloHandler(apollo, {
    context: (request, reply) => Promise.resolve(contextFor(visitOf(request, reply))),
  });
  // What Apollo Server chose for an `Accept` header; what it never saw is its to choose.
  const mediaTypes = new Map<string | undefined, string>([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ]);

  app.route<{ Reply: string }>({
    ...guards,
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      const { accept } = request.headers;
      const mediaType = mediaTypes.get(accept);
      const operation = mediaType && operationOf(request);
      const answer = operation && (await known.answer(operation, () => contextFor(visitOf(request, reply))));
      if (answer) {
        const errors = formatErrors(answer.errors);
        void reply.headers(headersFor(errors)).header('content-type', mediaType);
        return JSON.stringify({ ...(errors.length > 0 && { errors }), data: answer.data });
      }
      const whole = await wholeWay.call(app, request, reply);
      if (request.method === 'POST' && reply.statusCode === 200 && mediaTypes.size < MAX_ACCEPTS)
        mediaTypes.set(accept, String(reply.getHeader('content-type')));
      return whole;
    },
  });
}

function visitOf(request: FastifyRequest, reply: FastifyReply): Visit {
  const { authorization } = request.headers;
  return {
    authorization,
    onEnd: (listener) => reply.raw.once('close', listener),
    calls: request.upstreamCalls,
  };
}

/** The operation that a POST of JSON asks for; undefined where it is anything that Apollo Server has to judge. */
function operationOf({
  method,
  headers,
  body,
}: Pick<FastifyRequest, 'method' | 'headers' | 'body'>): OperationRequest | undefined {
  // A router that asks for a trace gets it in the answer, and only graphql-js is traced.
  if (headers['apollo-federation-include-trace'] !== undefined) return undefined;
  if (method !== 'POST' || headers['content-type'] !== 'application/json' || !isRecord(body))
    return undefined;
  const { query, operationName, variables, extensions } = body;
  if (query !== undefined && (typeof query !== 'string' || query === '')) return undefined;
  if (typeof (operationName ?? '') !== 'string' || !isRecord(variables ?? {}) || !isRecord(extensions ?? {}))
    return undefined;
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery;
  const sha256 = isRecord(persisted) && persisted['version'] === 1 ? persisted['sha256Hash'] : undefined;
  if (query === undefined ? typeof sha256 !== 'string' : persisted !== undefined) return undefined;
  return {
    query,
    sha256: sha256 as string | undefined,
    operationName: (operationName ?? undefined) as string | undefined,
    variables: (variables ?? {}) as Record<string, unknown>,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
