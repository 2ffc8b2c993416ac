import { raceAbort } from './call-scope.js';
import type { Clock } from './clock.js';
import { createRetryBudget, retryDelayMs } from './retry.policy.js';
import type { UpstreamClient } from './transport.js';
import { UpstreamError } from './upstream-error.js';

/** Methods of reads, which can be sent again without side effects. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Retries transient failures of reads, within the deadline and a retry budget that spares a failing upstream.
 * Anything else is sent once. `random` returns 0 to 1.
 */
export function withRetry(next: UpstreamClient, clock: Clock, random: () => number): UpstreamClient {
  const budget = createRetryBudget();
  return async (request) => {
    const { scope } = request;
    if (scope.aborted) throw new UpstreamError({ failure: 'cancelled' });
    budget.earn();
    for (let tries = 1; ; tries++) {
      try {
        return await next(request);
      } catch (error) {
        if (!(error instanceof UpstreamError) || !READS.has(request.method)) throw error;
        const delay = retryDelayMs(error.details, tries, random);
        if (delay === undefined || clock.now() + delay >= scope.deadline || !budget.spend()) throw error;
        await raceAbort(scope, new Promise<void>((resolve) => clock.after(delay, resolve)));
      }
    }
  };
}
