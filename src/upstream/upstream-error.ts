/**
 * How a call failed. Failures of the call:
 * - `status`: the upstream answered with an error status.
 * - `bad_response`: its answer could not be read.
 * - `oversized`: its answer was too long.
 * - `foreign`: an intermediary answered in its place.
 * - `connection`: no connection, or it was lost.
 * - `untrusted`: its certificate was not trusted.
 * - `timeout`: no answer in time.
 * - `cancelled`: nobody waited for the answer any longer.
 * - `credentials`: it gave the gateway no token, or refused the gateway's token.
 *
 * Held back by the gateway:
 * - `rate_limited`: to stay under the rate limit.
 * - `circuit_open`: the upstream was failing.
 * - `queue_full`: too many other calls were waiting.
 */
type UpstreamFailure =
  | 'status'
  | 'bad_response'
  | 'oversized'
  | 'foreign'
  | 'connection'
  | 'untrusted'
  | 'timeout'
  | 'cancelled'
  | 'credentials'
  | 'rate_limited'
  | 'circuit_open'
  | 'queue_full';

/**
 * What is known about a failed call. Plain values only: nothing here leads to the request, its headers or its token.
 */
export interface UpstreamErrorDetails {
  readonly failure: UpstreamFailure;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** The vendor's own words, or what is wrong with its answer. */
  readonly text?: string;
  /** Why there is no connection: Node's error code. For the log, not for clients. */
  readonly reason?: string;
  /** False if the call was started, but no byte of it was sent. */
  readonly sent?: boolean;
  /** True if a list was requested, not one task. */
  readonly list?: true;
  readonly detailCode?: string;
  /** What SailPoint's support asks for, with `requestId`. */
  readonly trackingId?: string;
  /** The answer's `SLPT-Request-ID`. */
  readonly requestId?: string;
  /** From `Retry-After` (seconds or a date), or the gateway's own. Whole, never negative. */
  readonly retryAfterSeconds?: number;
}

/** A call to the upstream without a usable answer. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  constructor(readonly details: UpstreamErrorDetails) {
    super(
      `${details.failure}${details.status === undefined ? '' : ` ${details.status}`}: ${details.text ?? details.reason ?? 'no text'}`,
    );
  }
}

/** Returns the error status that the upstream answered with; undefined for any other failure. */
export function statusOf(error: unknown): number | undefined {
  const details = error instanceof UpstreamError ? error.details : undefined;
  return details?.failure === 'status' ? details.status : undefined;
}

/** Returns how a call failed; undefined for any other error. */
export function failureOf(error: unknown): UpstreamFailure | undefined {
  return error instanceof UpstreamError ? error.details.failure : undefined;
}

/** Whether a call was held back by the rate limit, or nobody waited for it. That says nothing about the upstream. */
export function isWithoutNews(error: unknown): boolean {
  const failure = failureOf(error);
  return failure === 'rate_limited' || failure === 'cancelled';
}
