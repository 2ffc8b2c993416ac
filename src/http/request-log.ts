import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callsOf, type CallRecord, type UpstreamCall } from '../telemetry/call-record.js';
import type { Log } from '../telemetry/logger.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Upstream calls of this request, including those that it shares with others. */
    upstreamCalls: CallRecord;
    /** Codes of the errors in the answer. */
    errorCodes: string[];
    /** Events that were streamed. Undefined if the answer is no stream. */
    events: number | undefined;
  }
}

/** A request that takes longer is logged at level `info`, as a failed one is. */
const SLOW_MS = 2_000;

/**
 * Logs each request in one line: at level `info` if it was refused, had errors, was slow or was a stream, otherwise at `debug`. If
 * the client left before the answer, the line has no status. Logs only names of operations and routes: no text,
 * variable or header of the client, except its `X-Request-Id`.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  app.decorateRequest('upstreamCalls');
  app.decorateRequest('errorCodes');
  app.decorateRequest('events');
  app.addHook('onRequest', (request, reply, done) => {
    request.upstreamCalls = [];
    request.errorCodes = [];
    reply.header('x-request-id', request.id);
    // Fastify's onResponse isn't called if the client left.
    const began = performance.now();
    reply.raw.once('close', () => {
      write(request, reply, performance.now() - began);
    });
    done();
  });
  // For refusals of the HTTP layer. Answers of Apollo Server are already text, which skips this hook.
  app.addHook('preSerialization', (request, _reply, payload, done) => {
    const { errors = [] } = payload as { errors?: { extensions: { code: string } }[] };
    for (const { extensions } of errors) request.errorCodes.push(extensions.code);
    done(null, payload);
  });

  function write(request: FastifyRequest, { raw, statusCode }: FastifyReply, ms: number): void {
    const isStream = request.events !== undefined;
    const isComplete = raw.writableFinished;
    const status = isComplete || isStream ? statusCode : undefined;
    const codes = request.errorCodes.length > 0 ? [...new Set(request.errorCodes)] : undefined;
    const level = codes !== undefined || statusCode >= 400 || isStream || ms > SLOW_MS ? 'info' : 'debug';
    if (log.isLevelEnabled(level)) {
      const calls = callsOf(request.upstreamCalls);
      log[level](
        {
          request: request.id,
          method: request.method,
          route: request.routeOptions.url,
          operation: nameOf(request),
          status,
          ms: Math.round(ms),
          events: request.events,
          ...(calls.length > 0 && { upstream: { calls: calls.length, ms: together(calls) } }),
          codes,
        },
        isStream
          ? `the stream ${isComplete ? 'completed' : 'was left'}`
          : isComplete
            ? 'answered'
            : 'left before the answer',
      );
    }
  }
}

/** Prefix of this process's request ids. A random id for each request would cost as much as logging it. */
const idPrefix = randomBytes(12).toString('base64url');
let ids = 0;

/** Returns the `X-Request-Id` that a proxy gave the request, if it is safe to log, or else a new id. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given)
    ? given
    : `${idPrefix}-${(ids++).toString(36)}`;
}

/** Returns the operation name that the request sends, or else the one at the start of its text. */
export function nameOf({ body, query }: FastifyRequest): string | undefined {
  const { operationName, query: text } = (body ?? query ?? {}) as {
    operationName?: unknown;
    query?: unknown;
  };
  if (typeof operationName === 'string') return /^\w{1,100}$/.exec(operationName)?.[0];
  if (typeof text !== 'string') return undefined;
  return /^\s*(?:query|mutation|subscription)\s+(\w{1,100})/.exec(text)?.[1];
}

/** Returns the total milliseconds of the calls. Calls might have overlapped. */
function together(calls: readonly UpstreamCall[]): number {
  return Math.round(calls.reduce((sum, call) => sum + call.ms(), 0));
}
