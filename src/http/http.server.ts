import rateLimit from '@fastify/rate-limit';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type onRequestHookHandler,
} from 'fastify';
import type { Config, RateLimit } from '../config.js';
import type { Log } from '../telemetry/logger.js';
import { withoutAbsentParameters } from './absent-parameters.js';
import { requireApiKey } from './api-keys.js';
import { allowOrigins, compressAnswers } from './browser-access.js';
import { refuseGraphiql, serveGraphiql } from './graphiql.routes.js';
import { serveHooks } from './hooks.route.js';
import { serveGraphql, type GraphqlOptions } from './graphql.route.js';
import { shedWhenLate } from './overload.js';
import { createNodeServer } from './node-server.js';
import { refusal, refuseOnSocket, securityHeaders } from './refusal.js';
import { logRequests, requestId } from './request-log.js';

/** Settings of the HTTP layer. */
type HttpSettings = Pick<
  Config,
  | 'graphiql'
  | 'corsOrigins'
  | 'batchLimit'
  | 'apiKeys'
  | 'clientRateLimit'
  | 'connectionLimit'
  | 'requestTimeoutMs'
  | 'lagLimitMs'
  | 'hookToken'
>;

/** What the HTTP layer needs: its settings, and the parts that answer operations. */
export interface HttpOptions extends GraphqlOptions, HttpSettings {
  readonly log: Log;
  /** The state of the upstream, for `/health/ready`. */
  readonly upstreamHealth: () => {
    /** The state of the circuit. */
    readonly upstream: string;
    /** Set if the upstream refused the gateway's own credentials. */
    readonly credentials?: 'refused';
  };
  /** Called when the server begins to close. */
  readonly onClosing: () => void;
  /** Called when SailPoint says that something has changed. */
  readonly onHint: () => void;
  /** Headers of every answer, besides the security headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Maximum length of a request's body, in bytes. */
  readonly bodyLimit: number;
}

/** Maximum length of a content type, in characters. No client sends a longer one. */
const MAX_TYPE = 500;

/**
 * Creates the HTTP server with its routes: `/graphql`, `/health/live`, `/health/ready`, the hook, and those of GraphiQL. Doesn't
 * listen yet.
 */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { log, corsOrigins, clientRateLimit } = options;
  const headers = { ...securityHeaders, ...options.headers };
  const { server, endConnections } = createNodeServer({
    headers,
    requestMs: options.requestTimeoutMs,
    connectionLimit: options.connectionLimit,
  });
  const app = fastify({
    serverFactory: (handler) => server.on('request', handler),
    forceCloseConnections: 'idle',
    // A closing server refuses only new connections. Connected clients are still served.
    return503OnClosing: false,
    genReqId: requestId,
    rewriteUrl: ({ url = '/' }) => withoutAbsentParameters(url),
    bodyLimit: options.bodyLimit,
    clientErrorHandler: (error, socket) => {
      refuseOnSocket(error, socket, headers);
    },
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      void reply.code(400).send(refusal('BAD_REQUEST', error.message));
    },
  });
  logRequests(app, log);
  allowOrigins(app, corsOrigins);
  compressAnswers(app);
  if (clientRateLimit) limitClients(app, clientRateLimit);
  const shed = shedWhenLate(app, options.lagLimitMs);
  const isClosing = closeConnections(app, () => {
    options.onClosing();
    endConnections();
  });
  refuseOddRequests(app, options.batchLimit);
  // Routes are registered after the plugins that compress their answers.
  app.after(() => {
    serveRoutes(app, options, shed, isClosing);
  });
  refuseOtherRoutes(app);
  answerErrors(app, log);
  return app;
}

/** Calls `onClosing` when the server closes. Returns a function that tells whether it is closing. */
function closeConnections(app: FastifyInstance, onClosing: () => void): () => boolean {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    onClosing();
    done();
  });
  // A connection kept alive after the last answer would delay the stop.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  return () => closing;
}

/** Refuses requests that Apollo Server or its integration can't handle, and batches over the limit. */
function refuseOddRequests(app: FastifyInstance, batchLimit: number): void {
  app.addHook('onRequest', ({ headers }, reply, done) => {
    // Apollo Server takes 300 ms to parse one with 15,000 spaces.
    if ((headers['content-type'] ?? '').length <= MAX_TYPE) done();
    else void reply.code(415).send(refusal('BAD_REQUEST', 'The header "Content-Type" is too long.'));
  });
  /** The last valid host. Parsing it again for each request would take 5 µs. */
  let validHost: string | undefined;
  app.addHook('onRequest', ({ raw, headers, url }, reply, done) => {
    // Apollo Server's integration makes a URL of host and address. HTTP/1.0 requests need no host.
    if (raw.httpVersion === '1.0') headers.host ??= 'localhost';
    const { host = '' } = headers;
    const origin = `http://${host}`;
    if (host !== validHost && URL.canParse(origin)) validHost = host;
    if (host === validHost && (url === '/graphql' || URL.canParse(url, origin))) done();
    else void reply.code(400).send(refusal('BAD_REQUEST', 'The address or the header "Host" names no host.'));
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (!Array.isArray(request.body) || request.body.length <= batchLimit) done();
    else void reply.code(400).send(refusal('OPERATION_TOO_COSTLY', batchRule(batchLimit), 'batch'));
  });
}

function serveRoutes(
  app: FastifyInstance,
  options: HttpOptions,
  shed: onRequestHookHandler,
  isClosing: () => boolean,
): void {
  const { graphiql, apiKeys, clientRateLimit, upstreamHealth, hookToken } = options;
  if (graphiql) serveGraphiql(app);
  else refuseGraphiql(app);
  serveGraphql(app, options, {
    ...(clientRateLimit && { config: { rateLimit: {} } }),
    onRequest: [shed, ...(apiKeys.length > 0 ? [requireApiKey(apiKeys)] : [])],
  });
  if (hookToken !== undefined) serveHooks(app, { token: hookToken, shed, onHint: options.onHint });
  app.get('/health/live', () => ({ status: 'alive' }));
  // Ready even while the upstream is down: the gateway still answers, with coded errors.
  app.get('/health/ready', (_request, reply) =>
    isClosing() ? reply.code(503).send({ status: 'draining' }) : { status: 'ready', ...upstreamHealth() },
  );
}

function refuseOtherRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (path === '/graphql') {
      void reply.code(405).header('allow', 'GET, POST');
      return refusal('BAD_REQUEST', `GraphQL is not asked by ${request.method}.`);
    }
    void reply.code(404);
    return refusal('NOT_FOUND', `There is nothing at ${request.method} ${path}. GraphQL is at /graphql.`);
  });
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const { statusCode = 500, message } = error;
    void reply.code(statusCode);
    if (statusCode === 413) return refusal('OPERATION_TOO_COSTLY', message, 'body');
    if (statusCode === 429) {
      const retryAfterSeconds = Number(reply.getHeader('retry-after'));
      return refusal('RATE_LIMITED', message, 'requests', { upstream: { retryAfterSeconds } });
    }
    if (statusCode < 500) return refusal('BAD_REQUEST', message);
    log.error({ err: error }, 'unexpected error of the HTTP layer');
    return refusal('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.');
  });
}

/** Limits the requests of each client address. Their cost is limited elsewhere. */
function limitClients(app: FastifyInstance, { calls, windowMs }: RateLimit): void {
  void app.register(rateLimit, { global: false, max: calls, timeWindow: windowMs, enableDraftSpec: true });
}

function batchRule(limit: number): string {
  return limit === 0
    ? 'This gateway takes one operation a request, not an array of them.'
    : `This gateway takes at most ${limit} operations a request.`;
}
