import type { TokenOutcome } from './client-queue.js';
import type { RateLimiter } from './rate-limiter.js';
import type { UpstreamClient } from './transport.js';
import { UpstreamError, type UpstreamErrorDetails } from './upstream-error.js';

/** Maximum time for which a 429 pauses the calls of its OAuth client, in milliseconds. */
const MAX_PAUSE_MS = 10_000;

/** Statuses besides 2xx that only a caller with an accepted token gets. */
const ACCEPTED = new Set([403, 404]);

/**
 * Keeps the calls of each OAuth client under the upstream's rate limit. Calls wait for a place until their scope is
 * aborted. They don't wait if the place would come too late, or if the upstream is down. A 429 pauses all calls of its
 * OAuth client.
 */
export function withRateLimit(
  next: UpstreamClient,
  limiter: RateLimiter,
  isDown: () => boolean,
): UpstreamClient {
  return async (request) => {
    const { principal, scope, isBackground } = request;
    if (!limiter.isOpen(principal) && isDown()) throw new UpstreamError({ failure: 'circuit_open' });
    await limiter.acquire(principal, scope, isBackground);
    try {
      const response = await next(request);
      limiter.release(principal, 'accepted', true, isBackground);
      return response;
    } catch (error) {
      const details = error instanceof UpstreamError ? error.details : undefined;
      const isLimited = details?.status === 429;
      if (isLimited)
        limiter.pauseFor(principal, Math.min((details.retryAfterSeconds ?? 1) * 1000, MAX_PAUSE_MS));
      limiter.release(principal, outcomeOf(details), wasCounted(details), isBackground);
      if (isLimited && details.retryAfterSeconds === undefined)
        throw new UpstreamError({ ...details, retryAfterSeconds: limiter.secondsToWait(principal) });
      throw error;
    }
  };
}

/** An intermediary's answer says nothing about a token. */
function outcomeOf({ failure, status = 0 }: Partial<UpstreamErrorDetails> = {}): TokenOutcome {
  if (failure === 'foreign') return 'unknown';
  return status === 401 ? 'refused' : ACCEPTED.has(status) ? 'accepted' : 'unknown';
}

/** A 401 doesn't count; otherwise forged tokens could exhaust another client's limit. */
function wasCounted({ failure, status, sent }: Partial<UpstreamErrorDetails> = {}): boolean {
  const isUnsent =
    sent === false || failure === 'credentials' || failure === 'circuit_open' || failure === 'queue_full';
  return !isUnsent && status !== 401;
}
