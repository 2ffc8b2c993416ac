/**
 * How a call failed. Sent:
 * - `status`: the upstream answered with an error status.
 * - `bad_response`: its answer could not be read.
 * - `oversized`: its answer is too long.
 * - `foreign`: an intermediary answered in its place.
 * - `connection`: no connection, or it was lost.
 * - `untrusted`: its certificate is not trusted.
 * - `timeout`: no answer in time.
 * - `cancelled`: nobody waited for the answer any longer.
 * - `credentials`: it gave the gateway no token, or refused the gateway's token.
 *
 * Not sent:
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

/** What is known of a failed call. Plain values only: nothing here leads to the request, its headers or its token. */
export interface UpstreamErrorDetails {
  readonly failure: UpstreamFailure;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** The vendor's own words, where it sent any. */
  readonly text?: string;
  /** Why there is no connection: Node's error code. For the log, not for clients. */
  readonly reason?: string;
  /** False where the call was begun, but no byte of it left. */
  readonly sent?: boolean;
  /** Whether a list was asked for, rather than one task. */
  readonly list?: true;
  readonly detailCode?: string;
  /** What SailPoint's support asks for, with `requestId`. */
  readonly trackingId?: string;
  /** The answer's `SLPT-Request-ID`. */
  readonly requestId?: string;
  /** From `Retry-After`, whether sent in seconds or as a date, or the gateway's own; whole, never negative. */
  readonly retryAfterSeconds?: number;
}

/** A call to the upstream that gave no usable answer. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  constructor(readonly details: UpstreamErrorDetails) {
    super(
      `${details.failure}${details.status === undefined ? '' : ` ${details.status}`}: ${details.text ?? details.reason ?? 'no text'}`,
    );
  }
}

/** The status by which the upstream refused a call; undefined for any other failure. */
export function statusOf(error: unknown): number | undefined {
  const details = error instanceof UpstreamError ? error.details : undefined;
  return details?.failure === 'status' ? details.status : undefined;
}
