import type { UpstreamErrorDetails } from './upstream-error.js';

/** How often a read is sent at the most. */
const MAX_TRIES = 3;

/** Before the first repetition up to so long is waited, before each further one up to twice as long. */
const BACK_OFF_MS = 250;

/** What may be over the next time, Cloudflare's words for an origin that is away among it. A timeout has cost its time. */
const PASSING = new Set([429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530]);

/** A 500 is an error of the upstream's: it may be over the next time, and is not after that. */
const MAX_TRIES_OF_500 = 2;

/**
 * How many milliseconds to wait before a failed read is sent again; undefined where it isn't.
 * Any wait is drawn anew (`random` gives 0 to 1), so that those who failed together don't come back together; what
 * the upstream asked for in `Retry-After` comes on top.
 */
export function retryDelayMs(
  { failure, status = 0, retryAfterSeconds = 0 }: UpstreamErrorDetails,
  tries: number,
  random: () => number,
): number | undefined {
  const most =
    failure === 'connection' || (failure === 'status' && PASSING.has(status))
      ? MAX_TRIES
      : failure === 'status' && status === 500
        ? MAX_TRIES_OF_500
        : 0;
  if (tries >= most) return undefined;
  return retryAfterSeconds * 1000 + random() * BACK_OFF_MS * 2 ** (tries - 1);
}

/** How many repetitions an upstream that fails is burdened with. */
export interface RetryBudget {
  /** Counts a call. */
  earn(): void;
  /** Whether there is a repetition left, which is then spent. */
  spend(): boolean;
}

/** One repetition for every five calls, and ten that may be saved up. */
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
