/**
 * How a call failed: the upstream answered with an error status (`status`), its answer could not be read
 * (`unreadable`) or is too long to be (`oversized`), the answer is not the upstream's (`foreign`), it could not be
 * reached (`connection`) or its certificate is not trusted (`untrusted`), it did not answer in time (`timeout`), or
 * nobody waited for its answer any longer (`abandoned`). Or the upstream gave the gateway no token, or refused the one it gave
 * (`credentials`). Or the gateway did not send it: to stay under the rate limit (`held`), since the upstream was failing
 * (`broken`), or since too many others were to be sent (`crowded`).
 */
export type UpstreamFailure =
  | 'status'
  | 'unreadable'
  | 'oversized'
  | 'foreign'
  | 'connection'
  | 'untrusted'
  | 'timeout'
  | 'abandoned'
  | 'credentials'
  | 'held'
  | 'broken'
  | 'crowded';

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
