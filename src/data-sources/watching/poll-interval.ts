import type { RateLimit } from '../../config.js';
import { BACKGROUND_SHARE } from '../../upstream/client-queue.js';

/** Between two polls while a watched task runs. */
const RUNNING_MS = 2_000;

/** Between two polls while none runs. */
const IDLE_MS = 10_000;

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
  return Math.max(wanted, (principals * calls * limit.windowMs) / (limit.calls * BACKGROUND_SHARE));
}
