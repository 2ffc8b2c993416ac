import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { CompiledOperationCache, OperationRequest } from '../fast-path/compiled-operation-cache.js';
import { mediaTypeFor } from '../fast-path/media-type.js';
import type { OperationContext } from '../resolvers/context.js';
import type { CallRecord } from '../telemetry/call-record.js';
import { dropAbsentParameters } from './absent-parameters.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Context of the request's operations. Undefined until it is created. */
    operationContext: OperationContext | undefined;
  }
}

/** What an operation needs from its HTTP request. */
interface RequestScope {
  /** Its `Authorization` header. */
  readonly authorization: string | undefined;
  /** Calls the listener after the request was answered or its client disconnected. */
  readonly onEnd: (listener: () => void) => void;
  /** Where its upstream calls are recorded. */
  readonly calls: CallRecord;
  /** Where the codes of its errors are recorded. */
  readonly errorCodes: string[];
}

/** The two paths that answer operations. Both return the same answers. */
export interface GraphqlOptions {
  /** The full path. */
  readonly apollo: ApolloServer<OperationContext>;
  /** The fast path, for queries that took the full path before. Undefined if it is off. */
  readonly fastPath: FastPath | undefined;
  readonly contextFor: (scope: RequestScope) => OperationContext;
}

interface FastPath {
  readonly operations: CompiledOperationCache;
  /** Headers of its answers, which have no errors. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Serves `/graphql` after its guards. Requests that the fast path can't answer take the full path. */
export function serveGraphql(
  app: FastifyInstance,
  { apollo, fastPath, contextFor }: GraphqlOptions,
  guards: Pick<RouteShorthandOptions, 'config' | 'onRequest'>,
): void {
  app.decorateRequest('operationContext');
  /** The same for both paths, so that the full path can use what resolvers returned on the fast path. */
  const contextOf = (request: FastifyRequest, reply: FastifyReply): OperationContext =>
    (request.operationContext ??= contextFor(scopeOf(request, reply)));
  const takeFullPath = fastifyApolloHandler(apollo, {
    context: (request, reply) => Promise.resolve(contextOf(request, reply)),
  });

  /** Returns the answer's text. Undefined if the full path has to answer. */
  async function takeFastPath(
    { operations, headers }: FastPath,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string | undefined> {
    const operation = operationOf(request);
    const mediaType = mediaTypeFor(request.headers.accept);
    if (operation === undefined || mediaType === undefined) return undefined;
    const answer = await operations.execute(operation, () => contextOf(request, reply));
    if (answer !== undefined) void reply.headers(headers).header('content-type', mediaType);
    return answer;
  }

  app.route<{ Reply: string }>({
    ...guards,
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler(request, _reply, done) {
      dropAbsentParameters(request.body);
      done();
    },
    async handler(request, reply) {
      const answer = fastPath && (await takeFastPath(fastPath, request, reply));
      if (answer !== undefined) return answer;
      const sent = await takeFullPath.call(app, request, reply);
      // Apollo Server calls no plugin for a request that has no operation.
      if (reply.statusCode >= 400 && request.errorCodes.length === 0)
        request.errorCodes.push(reply.statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');
      return sent;
    },
  });
}

function scopeOf(request: FastifyRequest, reply: FastifyReply): RequestScope {
  const { authorization } = request.headers;
  return {
    authorization,
    onEnd: (listener) => reply.raw.once('close', listener),
    calls: request.upstreamCalls,
    errorCodes: request.errorCodes,
  };
}

/**
 * Returns the operation that a POST asks for, by its text or by the hash of a registered text. Undefined if Apollo
 * Server has to judge the request. A body is a record only if it was sent as JSON, in any spelling of that content
 * type.
 */
function operationOf({
  method,
  headers,
  body,
}: Pick<FastifyRequest, 'method' | 'headers' | 'body'>): OperationRequest | undefined {
  // Only the full path can trace.
  if (headers['apollo-federation-include-trace'] !== undefined) return undefined;
  if (method !== 'POST' || !isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (!isAbsentOr(isString, operationName) || !isAbsentOr(isRecord, variables)) return undefined;
  if (!isAbsentOr(isRecord, extensions)) return undefined;
  const persisted = extensions?.['persistedQuery'];
  const request = (text: string | undefined, sha256: string | undefined): OperationRequest => ({
    query: text,
    sha256,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
  });
  if (query !== undefined)
    return isString(query) && query !== '' && !persisted ? request(query, undefined) : undefined;
  if (!isRecord(persisted) || persisted['version'] !== 1) return undefined;
  const sha256 = persisted['sha256Hash'];
  return isString(sha256) && sha256 !== '' ? request(undefined, sha256) : undefined;
}

function isAbsentOr<T>(is: (value: unknown) => value is T, value: unknown): value is T | null | undefined {
  return value === undefined || value === null || is(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
