import type { Clock } from '../../upstream/clock.js';
import type { Places } from '../../upstream/rate-limiter.js';

/** Maximum wait of a batch that is not full while a call is in flight, in milliseconds. */
const MAX_WAIT_MS = 4;

/** Maximum wait of a batch that is not full once half of the rate limit is used up, in milliseconds. */
const MAX_WAIT_WHEN_SCARCE_MS = 100;

/** Decides when batches leave. Only the last batch is still filling; those before it are full. */
export interface BatchScheduler {
  /** Sends a batch when it is due: DataLoader's batch schedule function. */
  schedule(send: () => void): void;
  /** Counts a call as in flight until it settles. */
  watch<T>(call: Promise<T>): Promise<T>;
}

/**
 * Sends full batches at once. Sends any other batch as soon as no call is in flight: a single lookup never waits for a
 * timer, and under load each call carries the lookups that arrived during the one before it. If places of the rate
 * limit are scarce, a batch that is not full waits, because larger batches take fewer calls.
 * @param places Returns the places of the rate limit; undefined if there is no limit.
 */
export function createBatchScheduler(clock: Clock, places: () => Places | undefined): BatchScheduler {
  const batches: (() => void)[] = [];
  let inFlight = 0;
  let planned = false;
  let cancel: (() => void) | undefined;

  /** Lookups that arrive in the same turn of the event loop, from any operation, share a batch. */
  function plan(): void {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      while (batches.length > 1) sendNext();
      if (batches.length === 0) return;
      const waitMs = scarcityMs(places()) ?? (inFlight > 0 ? MAX_WAIT_MS : 0);
      if (waitMs === 0) sendNext();
      else cancel ??= clock.after(waitMs, sendNext);
    });
  }

  function sendNext(): void {
    cancel?.();
    cancel = undefined;
    batches.shift()?.();
  }

  return {
    schedule(send) {
      batches.push(send);
      plan();
    },
    watch(call) {
      inFlight += 1;
      const settled = (): void => {
        inFlight -= 1;
        if (batches.length > 0) plan();
      };
      call.then(settled, settled);
      return call;
    },
  };
}

/** Milliseconds to wait if places are scarce; undefined if they are not. */
function scarcityMs(places: Places | undefined): number | undefined {
  if (places === undefined || places.free > places.calls / 2) return undefined;
  return Math.min(MAX_WAIT_WHEN_SCARCE_MS, places.windowMs / places.calls);
}
