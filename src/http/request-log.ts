import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '../telemetry/logger.js';

/** A request that takes longer is worth a line on the level `info`, as one that failed is. */
const SLOW_MS = 2_000;

/** Of a longer answer with errors it isn't told which: to read it would take longer than the line is worth. */
const MAX_READ = 100_000;

/**
 * Logs each request in one line: on `info` where it was refused, had errors or was slow, else on `debug`. Names of
 * operations and routes only: no text, variable or header of a client's.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  const errors = new WeakMap<FastifyRequest, readonly string[]>();

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (typeof payload === 'string' && payload.startsWith('{"errors":'))
      errors.set(request, payload.length > MAX_READ ? ['many'] : codesOf(payload));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply;
    const codes = errors.get(request);
    const level = codes !== undefined || status >= 400 || elapsedTime > SLOW_MS ? 'info' : 'debug';
    if (log.isLevelEnabled(level)) {
      log[level](
        {
          request: request.id,
          method: request.method,
          route: request.routeOptions.url,
          operation: nameOf(request),
          status,
          ms: Math.round(elapsedTime),
          codes,
        },
        'answered',
      );
    }
    done();
  });
}

/** The id that a proxy gave the request, if it is one to be written down, or a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/** As the request names its operation, or else as the text begins. */
function nameOf({ body, query }: FastifyRequest): string | undefined {
  const { operationName, query: text } = (body ?? query ?? {}) as {
    operationName?: unknown;
    query?: unknown;
  };
  if (typeof operationName === 'string') return /^\w{1,100}$/.exec(operationName)?.[0];
  if (typeof text !== 'string') return undefined;
  return /^\s*(?:query|mutation)\s+(\w{1,100})/.exec(text)?.[1];
}

/** The different codes of an answer's errors. */
function codesOf(answer: string): readonly string[] {
  const { errors } = JSON.parse(answer) as { errors: { extensions?: { code?: unknown } }[] };
  return [...new Set(errors.map(({ extensions }) => String(extensions?.code)))];
}
