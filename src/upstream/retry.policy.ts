import type { UpstreamErrorDetails } from './upstream-error.js';

/** Most tries of a read. */
const MAX_TRIES = 3;

/** The longest backoff of the first retry. Each further one is twice as long. */
const BACK_OFF_MS = 250;

/** Statuses worth retrying, Cloudflare's for an unreachable origin included. A timeout isn't: its time is spent. */
const TRANSIENT = new Set([429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530]);

/** A 500 is worth one retry. */
const MAX_TRIES_OF_500 = 2;

/**
 * Milliseconds to wait before a failed read is retried; undefined if it isn't. The wait is random (`random` returns 0 to
 * 1), so that calls that failed together don't return together. `Retry-After` is added to it.
 */
export function retryDelayMs(
  { failure, status = 0, retryAfterSeconds = 0 }: UpstreamErrorDetails,
  tries: number,
  random: () => number,
): number | undefined {
  const most =
    failure === 'connection' || (failure === 'status' && TRANSIENT.has(status))
      ? MAX_TRIES
      : failure === 'status' && status === 500
        ? MAX_TRIES_OF_500
        : 0;
  if (tries >= most) return undefined;
  return retryAfterSeconds * 1000 + random() * BACK_OFF_MS * 2 ** (tries - 1);
}

/** Limits the share of retries, to spare a failing upstream. */
export interface RetryBudget {
  /** Counts a call. */
  earn(): void;
  /** Takes a retry from the budget. Returns false if none is left. */
  spend(): boolean;
}

/** One retry for every five calls; up to ten can be saved. */
export function createRetryBudget(share = 0.2, reserve = 10): RetryBudget {
  let left = reserve;
  return {
    earn() {
      left = Math.min(reserve, left + share);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
