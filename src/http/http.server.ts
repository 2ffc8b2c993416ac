import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { Log } from '../telemetry/logger.js';
import { allowOrigins, compressAnswers } from './browser-access.js';
import { refuseGraphiql, serveGraphiql } from './graphiql.routes.js';
import { serveGraphql, type GraphqlOptions } from './graphql.route.js';

/** What the door needs besides those who answer operations. */
export interface HttpOptions extends GraphqlOptions {
  readonly log: Log;
  /** The state of the circuit to the upstream, for those who watch over the gateway. */
  readonly circuit: () => string;
  /** Whether browsers get GraphiQL. */
  readonly graphiql: boolean;
  /** Headers that every answer carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** Origins whose pages may ask. */
  readonly corsOrigins: readonly string[];
  /** Operations that one request may hold as an array; 0 is no arrays. */
  readonly batchLimit: number;
}

/** The routes: `/graphql`, `/health/live`, `/health/ready`, and those of GraphiQL. Listens only when told to. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { log, circuit, graphiql, headers, corsOrigins, batchLimit } = options;
  const app = fastify({ forceCloseConnections: 'idle' });
  allowOrigins(app, corsOrigins);
  compressAnswers(app);

  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  // A connection kept alive behind the last answer would hold up the stop.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });

  app.addHook('preHandler', (request, reply, done) => {
    if (!Array.isArray(request.body) || request.body.length <= batchLimit) done();
    else void reply.code(400).send(refusal('BAD_REQUEST', batchRule(batchLimit)));
  });

  // Routes are registered behind the plugins that compress their answers.
  app.after(() => {
    if (graphiql) serveGraphiql(app);
    else refuseGraphiql(app);
    serveGraphql(app, options);
    app.get('/health/live', () => ({ status: 'alive' }));
    // A gateway whose upstream is down still answers, by coded errors: to take it away would help nobody.
    app.get('/health/ready', () => ({ status: 'ready', upstream: circuit() }));
  });

  app.setNotFoundHandler((request, reply) => {
    void reply.code(404);
    return refusal(
      'NOT_FOUND',
      `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}. GraphQL is at /graphql.`,
    );
  });
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const { statusCode = 500, name, message, stack } = error;
    void reply.code(statusCode);
    if (statusCode < 500) return refusal('BAD_REQUEST', message);
    log.error({ err: { name, message, stack } }, 'unexpected error at the door');
    return refusal('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.');
  });
  return app;
}

function batchRule(limit: number): string {
  return limit === 0
    ? 'This gateway takes one operation a request, not an array of them.'
    : `This gateway takes at most ${limit} operations a request.`;
}

/** An answer in GraphQL's form to what did not get as far as an operation. */
function refusal(code: string, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}
