import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { refusal } from './refusal.js';
import { constants } from 'node:zlib';

/** Minimum length of an answer to compress. Shorter ones gain less than compressing costs. */
const COMPRESS_FROM_BYTES = 1024;

/** How long a browser may cache the answer to a preflight. This is Chromium's own maximum. */
const PREFLIGHT_SECONDS = 7200;

/** Maximum length of an origin in an error, in characters. Longer ones are cut. */
const MAX_ORIGIN = 200;

/** Response headers that a page on another origin may read. */
const exposedHeaders = ['Retry-After', 'X-Request-Id', 'X-Upstream'];

/**
 * Allows pages of the given origins to send requests, with credentials. Refuses preflights of other origins, with an
 * error that names the origin. Pages may send any request header, so a preflight allows those that it asks for.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', ({ method, headers: { origin, ...headers } }, reply, done) => {
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    if (!isPreflight || origin === undefined || origins.includes(origin)) done();
    else
      void reply
        .code(403)
        .send(refusal('BAD_REQUEST', `CORS_ORIGINS lacks the origin ${origin.slice(0, MAX_ORIGIN)}.`));
  });
  if (origins.length === 0) return;
  void app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    credentials: true,
    exposedHeaders,
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** Compresses answers if the client accepts it. Requests are not decompressed: a small one can expand to gigabytes. */
export function compressAnswers(app: FastifyInstance): void {
  void app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['br', 'gzip'],
    globalDecompression: false,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } },
    zlibOptions: { level: 1 },
  });
}
