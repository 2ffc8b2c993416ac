import type { UpstreamErrorDetails } from './upstream-error.js';

/** Maximum tries of a read, including the first. */
const MAX_TRIES = 3;

/** Maximum backoff of the first retry, in milliseconds. Doubles with each further retry. */
const BACK_OFF_MS = 250;

/**
 * Statuses worth retrying, including Cloudflare's for an unreachable origin. A call that timed out isn't: its time is
 * spent.
 */
const TRANSIENT = new Set([429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530]);

/** Maximum tries of a read that fails with a 500. */
const MAX_TRIES_OF_500 = 2;

/**
 * Returns the milliseconds to wait before a failed read is retried; undefined if it isn't. The wait is random (`random`
 * returns 0 to 1), so that calls that failed together aren't retried together. `Retry-After` is added to it.
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

/** Allows one retry for every five calls. Starts with ten, and saves up to ten. */
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
