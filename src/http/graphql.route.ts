import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { CompiledOperationCache, OperationRequest } from '../fast-path/compiled-operation-cache.js';
import { mediaTypeFor } from '../fast-path/media-type.js';
import type { OperationContext } from '../resolvers/context.js';
import type { CallRecord } from '../telemetry/call-record.js';
import { dropAbsentParameters } from './absent-parameters.js';
import { streamProtocolFor, type StreamProtocol } from './streams/stream-protocol.js';
import { SubscriptionStreams, type StreamOptions } from './streams/subscription.stream.js';

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

/** The two paths that answer operations. Both return the same answers. Subscriptions are streamed. */
export interface GraphqlOptions extends StreamOptions {
  /** The full path. */
  readonly apollo: ApolloServer<OperationContext>;
  /** The fast path, for queries that took the full path before. Undefined if it is off. */
  readonly fastPath: CompiledOperationCache | undefined;
  readonly contextFor: (scope: RequestScope) => OperationContext;
}

interface Route {
  Reply: string;
}

/** Serves `/graphql` after its guards. Requests that the fast path can't answer take the full path. */
export function serveGraphql(
  app: FastifyInstance,
  options: GraphqlOptions,
  guards: Pick<RouteShorthandOptions, 'config' | 'onRequest'>,
): void {
  const { apollo, fastPath, contextFor } = options;
  const headers = options.answerHeaders([]);
  app.decorateRequest('operationContext');
  /** The same for both paths, so that the full path can use what resolvers returned on the fast path. */
  const contextOf = (request: FastifyRequest, reply: FastifyReply): OperationContext =>
    (request.operationContext ??= contextFor(scopeOf(request, reply)));
  const takeFullPath = fastifyApolloHandler(apollo, {
    context: (request, reply) => Promise.resolve(contextOf(request, reply)),
  });
  const streams = new SubscriptionStreams(app, options);

  /** Answers by a stream if the operation is a subscription, or if the client accepts nothing else. */
  async function takeFullPathOrStream(
    request: FastifyRequest<Route>,
    reply: FastifyReply<Route>,
  ): Promise<string | FastifyReply> {
    const protocol = protocolOf(request);
    const context = contextOf(request, reply);
    const acceptsJson = mediaTypeFor(request.headers.accept) !== undefined;
    if (protocol) context.stream = { acceptsJson, isExecuted: false };
    // What is refused is answered in JSON all the same.
    if (protocol && !acceptsJson) request.headers.accept = 'application/json';
    // Apollo Server sends a stream of its own only for @defer and @stream, which the schema lacks.
    const sent = (await takeFullPath.call(app, request, reply)) as string;
    const { stream } = context;
    if (protocol && stream?.accepted)
      return streams.serve(reply, { request, operation: stream.accepted, protocol }, context);
    if (!protocol || !stream?.isExecuted || acceptsJson || reply.statusCode !== 200) return sent;
    void reply.header('content-type', protocol.contentType);
    return `${protocol.head}${protocol.next(sent)}${protocol.end}`;
  }

  app.route<Route>({
    ...guards,
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler(request, _reply, done) {
      dropAbsentParameters(request.body);
      done();
    },
    async handler(request, reply) {
      const context = (): OperationContext => contextOf(request, reply);
      const fast = fastPath && (await takeFastPath(fastPath, request, context));
      if (fast) {
        void reply.headers(headers).header('content-type', fast.mediaType);
        return fast.answer;
      }
      const sent = await takeFullPathOrStream(request, reply);
      // Apollo Server calls no plugin for a request that has no operation.
      if (reply.statusCode >= 400 && request.errorCodes.length === 0)
        request.errorCodes.push(reply.statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');
      return sent;
    },
  });
}

/** Returns the answer's text and media type. Undefined if the full path has to answer. */
async function takeFastPath(
  operations: CompiledOperationCache,
  request: FastifyRequest,
  context: () => OperationContext,
): Promise<{ answer: string; mediaType: string } | undefined> {
  const operation = operationOf(request);
  const mediaType = mediaTypeFor(request.headers.accept);
  if (operation === undefined || mediaType === undefined) return undefined;
  const answer = await operations.execute(operation, context);
  return answer === undefined ? undefined : { answer, mediaType };
}

/** Operations of a batch are answered together, in JSON. */
function protocolOf({ body, headers }: FastifyRequest): StreamProtocol | undefined {
  return Array.isArray(body) ? undefined : streamProtocolFor(headers.accept);
}

function scopeOf(request: FastifyRequest, reply: FastifyReply): RequestScope {
  const { authorization } = request.headers;
  return {
    authorization,
    onEnd: (listener) => reply.raw.on('close', listener),
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
