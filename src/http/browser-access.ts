import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { constants } from 'node:zlib';

/** Shorter answers gain less than compressing costs. */
const COMPRESS_FROM_BYTES = 1024;

/** How long a browser may remember a preflight's answer; Chromium's own limit. */
const PREFLIGHT_SECONDS = 7200;

/** Response headers that a page on another origin may read. */
const exposedHeaders = ['Retry-After', 'X-Request-Id', 'X-Upstream'];

/**
 * Lets pages of the given origins, and of no others, ask with credentials; without any there is no CORS at all.
 * Which request headers they send is up to them, so preflights are answered with what they ask for.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
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
