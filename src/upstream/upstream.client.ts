import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { got, type Method, type PlainResponse, type Request } from 'got';
import { Pool } from 'undici';
import type { Clock } from './clock.js';
import { readErrorBody } from './error-body.js';
import type { Patience } from './patience.js';
import { Breakable, through } from './pooled-request.js';
import { UpstreamError, type UpstreamErrorDetails } from './upstream-error.js';

/** A longer answer is no answer of this API: 250 rows take well under a megabyte. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** What the vendor's int32 holds. */
const MAX_INT = 2 ** 31 - 1;

/** One REST call, as an operation describes it. */
export interface UpstreamRequest {
  readonly method: Method;
  /** Path and query, encoded. */
  readonly path: string;
  /** The `Authorization` header to send; none is sent where undefined. */
  readonly authorization: string | undefined;
  /** How long the answer is waited for; then the call is broken off. */
  readonly patience: Patience;
  /** A body, already serialized, with its content type. */
  readonly body?: { readonly type: string; readonly text: string };
}

/** A usable answer: status 2xx and a body that is JSON, or none. */
export interface UpstreamResponse {
  readonly status: number;
  /** The parsed body; undefined where it was empty. */
  readonly body: unknown;
  /** `X-Total-Count`; null where it was not sent. */
  readonly totalCount: number | null;
}

/** Sends one call. Throws {@link UpstreamError} for every answer that is not usable, and for none at all. */
export type UpstreamClient = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/** Settings of a client. `origin` has no path; `timeoutMs` bounds one call. */
export interface UpstreamClientOptions {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** For so long a connection is kept for the next call. */
const KEEP_ALIVE_MS = 30_000;

/** The one got instance: no retries, no redirects, connections kept alive. */
export function createUpstreamClient({ origin, timeoutMs, clock }: UpstreamClientOptions): UpstreamClient {
  const client = got.extend({
    // All that a read has: got clones them, and V8 gives a clone that gets one more a shape of its own.
    headers: {
      accept: 'application/json',
      'user-agent': 'task-status-gateway',
      'accept-encoding': 'gzip, deflate, br',
      authorization: undefined,
    },
    agent: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    mutableDefaults: true,
  });
  // got spreads these, all undefined, into an object of forty properties for each call: 50 µs and 17 KB on Node 20.
  client.defaults.options.cacheOptions = {};
  const pool = new Pool(origin, { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 0, bodyTimeout: 0 });

  return async ({ method, path, authorization, patience, body }) => {
    if (patience.isOver()) throw new UpstreamError({ failure: 'abandoned' });
    const began = clock.now();
    let ended: number | undefined;
    patience.note({ ms: () => (ended ?? clock.now()) - began });
    const call = new Breakable();
    const stream = client(origin + path, {
      isStream: true,
      method,
      headers: { authorization, ...(body && { 'content-type': body.type }) },
      // What has a body is sent by node:http, to which alone got can write one.
      ...(body ? { body: body.text } : { request: through(pool, path, call) }),
    });
    const { response, text } = await exchange(stream, call, patience, timeoutMs, clock).finally(() => {
      ended = clock.now();
    });
    const { statusCode: status, headers } = response;
    const json = parse(text);
    const about = {
      status,
      ...optional('requestId', single(headers['slpt-request-id'])),
      ...optional('retryAfterSeconds', retryAfterSeconds(headers['retry-after'], clock.now())),
    };
    if (status < 200 || status > 299) {
      throw new UpstreamError({ failure: 'status', ...about, ...readErrorBody(json.value) });
    }
    if (!json.ok) throw new UpstreamError({ failure: 'unreadable', ...about, text: 'the body is not JSON' });
    return { status, body: json.value, totalCount: count(headers['x-total-count']) };
  };
}

/**
 * Reads an answer to its end, unless its time or the patience of those who wait is over before. As a stream, got costs
 * half of what it costs as a promise, and its size can be bounded; by events, a stream costs less than by iteration.
 */
function exchange(
  stream: Request,
  call: Breakable,
  patience: Patience,
  timeoutMs: number,
  clock: Clock,
): Promise<{ response: PlainResponse; text: string }> {
  return new Promise((resolve, reject) => {
    let response: PlainResponse | undefined;
    let text = '';
    const fail = (error: UpstreamError): void => {
      release();
      call.break();
      reject(error);
    };
    const breakOff = (error: UpstreamError): void => {
      fail(error);
      stream.destroy();
    };
    const cancel = clock.after(timeoutMs, () => {
      breakOff(new UpstreamError({ failure: 'timeout' }));
    });
    const leave = patience.onOver(() => {
      breakOff(new UpstreamError({ failure: 'abandoned' }));
    });
    const release = (): void => {
      cancel();
      leave();
    };
    stream.once('response', (head: PlainResponse) => (response = head));
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      text += piece;
      if (text.length > MAX_LENGTH)
        breakOff(
          failed(new RangeError(`the body is longer than ${MAX_LENGTH} characters`), response?.statusCode),
        );
    });
    stream.once('end', () => {
      if (response === undefined) {
        fail(failed(undefined, undefined));
        return;
      }
      release();
      resolve({ response, text });
    });
    stream.on('error', (error: unknown) => {
      fail(failed(error, response?.statusCode));
    });
  });
}

/**
 * Keeps the class and code of a transport error only: got's own errors hold the request and its headers. Where the
 * status had come, it was the body that broke off.
 */
function failed(error: unknown, status: number | undefined): UpstreamError {
  if (status !== undefined) {
    const failure = status >= 200 && status <= 299 ? 'unreadable' : 'status';
    return new UpstreamError({
      failure,
      status,
      text: error instanceof RangeError ? error.message : 'the body broke off',
    });
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  return new UpstreamError({
    failure: 'connection',
    ...optional('text', typeof code === 'string' ? code : undefined),
  });
}

function parse(text: string): { ok: boolean; value: unknown } {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: undefined };
  }
}

/** Reads a `Retry-After` in either of its forms (RFC 9110, 10.2.3); undefined where it is neither. */
export function retryAfterSeconds(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header);
  const date = /^[a-z]{3,9}, \d/i.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - nowMs) / 1000));
}

function count(header: string | string[] | undefined): number | null {
  const text = single(header);
  const total = text !== undefined && /^\d+$/.test(text) ? Number(text) : Infinity;
  return total <= MAX_INT ? total : null;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function optional<K extends keyof UpstreamErrorDetails>(
  key: K,
  value: UpstreamErrorDetails[K] | undefined,
): object {
  return value === undefined ? {} : { [key]: value };
}
