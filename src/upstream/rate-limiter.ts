import type { RateLimit } from '../config.js';
import type { CallScope } from './call-scope.js';
import { ClientQueue, type TokenOutcome } from './client-queue.js';
import type { Clock } from './clock.js';
import type { Principal } from './principal.js';

/** Places of a rate limit. */
export interface Places {
  /** Calls that could start now if there were no pause and no background calls. */
  readonly free: number;
  readonly calls: number;
  readonly windowMs: number;
}

/** A sliding-window rate limiter with a fair queue for each OAuth client. */
export interface RateLimiter {
  /**
   * Resolves when the call may start. A background call starts while more than half of the places are free. Beyond
   * that, such calls share one place in twenty of each window, in turn by principal.
   * @throws UpstreamError `rate_limited` if that would be too late for its deadline; `cancelled` if `scope` is aborted.
   */
  acquire(principal: Principal, scope: CallScope, isBackground?: boolean): Promise<void>;
  /** Call it after each call that was started. A call that is not `counted` gives its place back at once. */
  release(principal: Principal, outcome: TokenOutcome, counted: boolean, isBackground?: boolean): void;
  /** Starts no call of the OAuth client for `ms`. */
  pauseFor(principal: Principal, ms: number): void;
  places(principal: Principal): Places;
  /** Whether a call could start now. */
  isOpen(principal: Principal): boolean;
  /** Seconds until a call of this principal would start, at least 1. */
  secondsToWait(principal: Principal): number;
}

/** Keeps the queue of an OAuth client only while it has a pause, waiting calls, or calls that still count. */
export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  const queues = new Map<string, ClientQueue>();
  const queueOf = ({ oauthClient }: Principal): ClientQueue => {
    let queue = queues.get(oauthClient);
    if (queue === undefined) {
      queue = new ClientQueue(limit, clock, () => queues.delete(oauthClient));
      queues.set(oauthClient, queue);
    }
    return queue;
  };
  return {
    acquire: (principal, scope, isBackground = false) =>
      queueOf(principal).acquire(principal.key, scope, isBackground),
    release: (principal, outcome, counted, isBackground = false) => {
      queueOf(principal).release(principal.key, outcome, counted, isBackground);
    },
    pauseFor: (principal, ms) => {
      queueOf(principal).pauseFor(ms);
    },
    places: ({ oauthClient }) => ({
      free: queues.get(oauthClient)?.freeOfForeground() ?? limit.calls,
      ...limit,
    }),
    isOpen: ({ oauthClient }) => queues.get(oauthClient)?.isOpen() ?? true,
    secondsToWait: (principal) => queueOf(principal).secondsToWait(principal.key),
  };
}
