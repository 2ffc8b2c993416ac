import type { Socket } from 'node:net';
import { got, type Method, type PlainResponse, type Request } from 'got';
import type { Agents } from './agents.js';
import { headDetails, isOwnAnswer, totalCount, valuesOf } from './answer-head.js';
import type { Clock } from './clock.js';
import { deliveryBy, onceSent, type Delivery } from './delivery.js';
import { readErrorBody } from './error-body.js';
import type { Principal } from './principal.js';
import type { CallRecord } from '../telemetry/call-record.js';
import type { CallScope } from './call-scope.js';
import { foreignAnswer, oncePerMinute, type UpstreamLog } from './upstream-log.js';
import { UpstreamError } from './upstream-error.js';

/** Maximum length of an answer, in characters. 250 rows take well under a megabyte. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** One REST call. */
export interface UpstreamRequest {
  readonly method: Method;
  /** Path and query, encoded. */
  readonly path: string;
  readonly principal: Principal;
  /** Aborts the call. */
  readonly scope: CallScope;
  /** Where the call is recorded. */
  readonly calls: CallRecord;
  /** Whether nobody waits for this call alone: it leaves places of the rate limit to others. */
  readonly isBackground?: boolean;
  /** A body, already serialized, with its content type. */
  readonly body?: { readonly type: string; readonly text: string };
  /** Called with each state that the call gets to; might repeat one. A call starts `unsent`. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** Secrets in the body that must not be logged, besides the token. */
  readonly secrets?: readonly string[];
}

/** A usable answer: from the API, with status 2xx, and with a body that is JSON or empty. */
export interface UpstreamResponse {
  readonly status: number;
  /** The parsed body; undefined if it was empty. */
  readonly body: unknown;
  /** `X-Total-Count`; null if there was none that can be read. */
  readonly totalCount: number | null;
}

/**
 * Sends one call.
 * @throws UpstreamError if there is no usable answer.
 */
export type UpstreamClient = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/** `origin` has no path. `timeoutMs` is the timeout of one call. */
export interface TransportOptions {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly agents: Agents;
  /** Host of the agents' forward proxy, for the log. */
  readonly proxyHost?: string | undefined;
  readonly warn: UpstreamLog;
}

/** An answer and its body. `cut` says why the body is incomplete. */
interface Answer {
  readonly response: PlainResponse;
  readonly text: string;
  readonly cut?: 'too long' | 'cut off';
  readonly error?: unknown;
}

/** Creates the one got instance: no retries, no redirects, connections kept alive. */
export function createTransport(options: TransportOptions): UpstreamClient {
  const { origin, timeoutMs, clock, agents, proxyHost, warn } = options;
  const client = got.extend({
    headers: { accept: 'application/json', 'user-agent': 'task-status-gateway' },
    agent: agents,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  const { host } = new URL(origin);
  const isDue = oncePerMinute(clock);
  /** Logs a code and a host, but no path and no token. At most once a minute for each code. */
  const logFailure = (code: string): void => {
    if (isDue(code)) warn({ code, host, proxy: proxyHost }, 'a connection to SailPoint failed');
  };

  return async ({ method, path, principal, scope, calls, body, onDelivery, secrets = [] }) => {
    if (scope.aborted) throw new UpstreamError({ failure: 'cancelled' });
    const began = clock.now();
    let ended: number | undefined;
    calls.push({ ms: () => (ended ?? clock.now()) - began });
    const { authorization } = principal;
    const stream = client(origin + path, {
      isStream: true,
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body && { 'content-type': body.type }),
      },
      ...(body && { body: body.text }),
    });
    let isSent = false;
    onceSent(stream, () => {
      isSent = true;
      onDelivery?.('sent');
    });
    stream.once('response', ({ statusCode, headers }: PlainResponse) => {
      onDelivery?.(deliveryBy(statusCode, isOwnAnswer(statusCode, headers['content-type'])));
    });
    const answer = await exchange(stream, scope, timeoutMs, clock)
      .catch((failure: unknown) => {
        throw unreached(failure, isSent, logFailure);
      })
      .finally(() => {
        ended = clock.now();
      });
    const { error } = answer;
    if (error !== undefined && isConnectionCode(codeOf(error))) logFailure(codeOf(error));
    return toResponse(answer, clock.now(), (isOwn) => {
      onDelivery?.(deliveryBy(answer.response.statusCode, isOwn));
      const token = authorization?.replace(/^\S+ +/, '');
      if (isOwn !== true)
        warn(foreignAnswer(answer.response, answer.text, [...secrets, ...(token ? [token] : [])]), FOREIGN);
    });
  };
}

/**
 * Returns the response of a usable answer. Calls `onOwn` before anything else: whether the answer is SailPoint's own.
 * @throws UpstreamError if it is not usable.
 */
function toResponse(
  { response, text, cut }: Answer,
  now: number,
  onOwn: (isOwn: boolean | undefined) => void,
): UpstreamResponse {
  const { statusCode: status, headers, rawHeaders } = response;
  const about = headDetails(status, rawHeaders, now);
  const json = cut === undefined ? parse(text) : undefined;
  const isOwn = isOwnAnswer(status, headers['content-type'], json !== undefined);
  onOwn(isOwn);
  if (isOwn !== true && status < 500 && status !== 429)
    throw new UpstreamError({ failure: 'foreign', ...about });
  if (status < 200 || status > 299)
    throw new UpstreamError({ failure: 'status', ...about, ...readErrorBody(json?.value) });
  if (cut === 'too long') throw new UpstreamError({ failure: 'oversized', ...about });
  if (json === undefined)
    throw new UpstreamError({ failure: 'bad_response', ...about, text: cut ? CUT : NOT_JSON });
  return { status, body: json.value, totalCount: totalCount(valuesOf(rawHeaders, 'x-total-count')) };
}

const FOREIGN = 'an answer is not SailPoint’s: an intermediary sent it';
const CUT = 'the body was cut off';
const NOT_JSON = 'the body is not JSON';

/**
 * Reads an answer to its end. Rejects on a timeout, on abort, or if there is no head. A stream of got costs half of
 * what its promise costs, and its size can be limited. Events cost less than iteration.
 */
function exchange(stream: Request, scope: CallScope, timeoutMs: number, clock: Clock): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let response: PlainResponse | undefined;
    let text = '';
    const end = (cut?: Answer['cut'], error?: unknown): void => {
      release();
      if (response) resolve({ response, text, ...(cut && { cut, error }) });
      else reject(error instanceof Error ? error : new Error('the answer has no head'));
    };
    const abort = (failure: 'timeout' | 'cancelled'): void => {
      release();
      reject(new UpstreamError({ failure }));
      stream.destroy();
    };
    const cancel = clock.after(timeoutMs, () => {
      abort('timeout');
    });
    const leave = scope.onAbort(() => {
      abort('cancelled');
    });
    const release = (): void => {
      cancel();
      leave();
    };
    stream.once('response', (head: PlainResponse) => (response = head));
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      text += piece;
      if (text.length <= MAX_LENGTH) return;
      end('too long');
      stream.destroy();
    });
    stream.once('end', () => {
      end();
    });
    // A protocol upgrade that nobody asked for.
    stream.once('upgrade', (_, socket: Socket) => {
      socket.destroy();
      end(undefined, new Error('the answer is an upgrade'));
    });
    stream.on('error', (error: unknown) => {
      end('cut off', error);
    });
  });
}

/** Keeps only the kind of a transport error, because got's own errors hold the request and its headers. */
function unreached(error: unknown, isSent: boolean, log: (code: string) => void): UpstreamError {
  if (error instanceof UpstreamError) {
    const isLate = error.details.failure === 'timeout';
    if (isLate && !isSent) log('ETIMEDOUT');
    return isLate ? new UpstreamError({ ...error.details, sent: isSent }) : error;
  }
  const code = codeOf(error);
  log(code);
  return new UpstreamError({
    failure: UNTRUSTED.test(code) ? 'untrusted' : 'connection',
    reason: code,
    sent: isSent,
  });
}

/** Returns an error's own code, or else its message. A message is a library's, and holds nothing of a request. */
function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== 'ERR_GOT_REQUEST_ERROR') return code;
  return typeof message === 'string' ? message.slice(0, 100) : 'unknown';
}

/** Whether a code is the operating system's or Node's for a connection, not a decompressor's. */
function isConnectionCode(code: string): boolean {
  return /^E[A-Z]+$/.test(code);
}

/** Codes for a certificate that is not trusted: Node's X.509 codes, and those for a certificate of another host. */
const UNTRUSTED =
  /^(?:CERT_|CRL_|ERROR_IN_C|UNABLE_TO_(?:GET|DECRYPT|DECODE|VERIFY)_|DEPTH_ZERO_|SELF_SIGNED_|PATH_LENGTH_|ERR_TLS_CERT_|INVALID_(?:CA|PURPOSE)$|HOSTNAME_MISMATCH$|UNSPECIFIED$)/;

/**
 * Parses JSON text, with or without a byte order mark. The value of an empty text is undefined. Returns undefined if it
 * is not JSON.
 */
function parse(given: string): { readonly value: unknown } | undefined {
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
