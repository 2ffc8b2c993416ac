import type { RateLimit } from '../../config.js';

/** Between two polls while a watched task runs. */
const RUNNING_MS = 2_000;

/** Between two polls while none runs. */
const IDLE_MS = 10_000;

/** The share of the rate limit that polls of one OAuth client may take together while nothing else is asked. */
const POLL_SHARE = 1 / 2;

/** What the interval depends on. */
export interface PollLoad {
  /** Whether a watched task runs. */
  readonly running: boolean;
  /** Calls that the last poll took. */
  readonly calls: number;
  /** Principals with viewers that share the OAuth client, this one included. */
  readonly principals: number;
}

/** Milliseconds between the beginnings of two polls of one principal. */
export function pollIntervalMs(
  { running, calls, principals }: PollLoad,
  limit: RateLimit | undefined,
): number {
  const wanted = running ? RUNNING_MS : IDLE_MS;
  if (limit === undefined) return wanted;
  return Math.max(wanted, (principals * calls * limit.windowMs) / (limit.calls * POLL_SHARE));
}
