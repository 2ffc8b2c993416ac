import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { refusal } from './refusal.js';
import { constants } from 'node:zlib';

/** Shorter answers gain less than compressing costs. */
const COMPRESS_FROM_BYTES = 1024;

/** How long a browser may remember a preflight's answer; Chromium's own limit. */
const PREFLIGHT_SECONDS = 7200;

/** Characters of an origin to tell. */
const MAX_ORIGIN = 200;

/** Response headers that a page on another origin may read. */
const exposedHeaders = ['Retry-After', 'X-Request-Id', 'X-Upstream'];

/**
 * Lets pages of the given origins ask, with credentials. A preflight of another origin is refused by name. Pages may send
 * any request headers, so preflights allow what they ask for.
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

/** Compresses answers for those who accept it. Requests are taken uncompressed only: a small one may unfold to gigabytes. */
export function compressAnswers(app: FastifyInstance): void {
  void app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['br', 'gzip'],
    globalDecompression: false,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } },
    zlibOptions: { level: 1 },
  });
}
