import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callsOf, type CallRecord, type UpstreamCall } from '../telemetry/call-record.js';
import type { Log } from '../telemetry/logger.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The upstream calls of this request, those that it shares with others included. */
    upstreamCalls: CallRecord;
    /** Codes of the errors in its answer. */
    errorCodes: string[];
  }
}

/** A request that takes longer is worth a line on the level `info`, as one that failed is. */
const SLOW_MS = 2_000;

/**
 * Logs each request in one line: on `info` where it was refused, had errors or was slow, else on `debug`. A client that
 * left before the answer has its line too, without a status. Names of operations and routes only: no text, variable or
 * header of a client's.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  app.decorateRequest('upstreamCalls');
  app.decorateRequest('errorCodes');
  app.addHook('onRequest', (request, reply, done) => {
    request.upstreamCalls = [];
    request.errorCodes = [];
    reply.header('x-request-id', request.id);
    // Fastify's onResponse says nothing of a client that left.
    const began = performance.now();
    reply.raw.once('close', () => {
      write(request, reply, performance.now() - began);
    });
    done();
  });
  // Refusals of the HTTP layer. Answers of Apollo Server are text by now.
  app.addHook('preSerialization', (request, _reply, payload, done) => {
    const { errors = [] } = payload as { errors?: { extensions: { code: string } }[] };
    for (const { extensions } of errors) request.errorCodes.push(extensions.code);
    done(null, payload);
  });

  function write(request: FastifyRequest, { raw, statusCode }: FastifyReply, ms: number): void {
    const status = raw.writableFinished ? statusCode : undefined;
    const codes = request.errorCodes.length > 0 ? [...new Set(request.errorCodes)] : undefined;
    const level = codes !== undefined || statusCode >= 400 || ms > SLOW_MS ? 'info' : 'debug';
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
          ...(calls.length > 0 && { upstream: { calls: calls.length, ms: together(calls) } }),
          codes,
        },
        status === undefined ? 'left before the answer' : 'answered',
      );
    }
  }
}

/** What the ids of this process begin with: random for each would cost as much as its line. */
const idPrefix = randomBytes(12).toString('base64url');
let ids = 0;

/** The id that a proxy gave the request, if it is one to be written down, or a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given)
    ? given
    : `${idPrefix}-${(ids++).toString(36)}`;
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

/** Milliseconds of all the calls; some of them may have passed at the same time. */
function together(calls: readonly UpstreamCall[]): number {
  return Math.round(calls.reduce((sum, call) => sum + call.ms(), 0));
}
