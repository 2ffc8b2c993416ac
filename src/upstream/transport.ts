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

/** A longer answer is no answer of this API: 250 rows take well under a megabyte. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** One REST call, as an operation describes it. */
export interface UpstreamRequest {
  readonly method: Method;
  /** Path and query, encoded. */
  readonly path: string;
  readonly principal: Principal;
  /** Aborts the call. */
  readonly scope: CallScope;
  /** Where the call is recorded. */
  readonly calls: CallRecord;
  /** A body, already serialized, with its content type. */
  readonly body?: { readonly type: string; readonly text: string };
  /** Called as the call gets from one state to the next; a call starts unsent. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** What the body holds and no log may, besides the token. */
  readonly secrets?: readonly string[];
}

/** A usable answer: of the API, with status 2xx and a body that is JSON, or none. */
export interface UpstreamResponse {
  readonly status: number;
  /** The parsed body; undefined where it was empty. */
  readonly body: unknown;
  /** `X-Total-Count`; null where it was not sent. */
  readonly totalCount: number | null;
}

/** Sends one call. Throws {@link UpstreamError} for every answer that is not usable, and for none at all. */
export type UpstreamClient = (request: UpstreamRequest) => Promise<UpstreamResponse>;

/** `origin` has no path. `timeoutMs` bounds one call. */
export interface TransportOptions {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly agents: Agents;
  /** The forward proxy of the agents, as the log has it. */
  readonly proxyHost?: string | undefined;
  readonly warn: UpstreamLog;
}

/** An answer, and its body: all of it, or why not. */
interface Answer {
  readonly response: PlainResponse;
  readonly text: string;
  readonly cut?: 'too long' | 'cut off';
  readonly error?: unknown;
}

/** The one got instance: no retries, no redirects, connections kept alive. */
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
  /** No path and no token: a code and a host. */
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
 * The usable response of an answer. Tells whether it is SailPoint's own before anything else.
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
 * Reads an answer to its end, or until it times out or its scope is aborted. As a stream, got costs
 * half of what it costs as a promise, and its size can be bounded; by events, a stream costs less than by iteration.
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
    // A switch of protocols, which nobody asked for.
    stream.once('upgrade', (_, socket: Socket) => {
      socket.destroy();
      end(undefined, new Error('the answer is an upgrade'));
    });
    stream.on('error', (error: unknown) => {
      end('cut off', error);
    });
  });
}

/** Keeps the kind of a transport error only: got's own errors hold the request and its headers. */
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

/** An error's code; where it has none of its own, its words, which are a library's and hold nothing of a request. */
function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== 'ERR_GOT_REQUEST_ERROR') return code;
  return typeof message === 'string' ? message.slice(0, 100) : 'unknown';
}

/** Codes of the operating system's and of Node's connections, unlike those of a decompressor. */
function isConnectionCode(code: string): boolean {
  return /^E[A-Z]+$/.test(code);
}

/** Codes for a certificate that is not trusted: those of X.509 that Node has, and of a name that it isn't made for. */
const UNTRUSTED =
  /^(?:CERT_|CRL_|ERROR_IN_C|UNABLE_TO_(?:GET|DECRYPT|DECODE|VERIFY)_|DEPTH_ZERO_|SELF_SIGNED_|PATH_LENGTH_|ERR_TLS_CERT_|INVALID_(?:CA|PURPOSE)$|HOSTNAME_MISMATCH$|UNSPECIFIED$)/;

/** The value of a JSON text, with or without a byte order mark; undefined where it is none. */
function parse(given: string): { readonly value: unknown } | undefined {
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
