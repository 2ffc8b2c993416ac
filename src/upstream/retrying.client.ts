import type { Clock } from './clock.js';
import { raceAbort } from './call-scope.js';
import { createRetryBudget, retryDelayMs } from './retry.policy.js';
import type { UpstreamClient } from './upstream.client.js';
import { UpstreamError } from './upstream-error.js';

/** Reads, which can be sent twice without doing anything twice. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Retries a read where that may help, within its deadline and a budget that spares an upstream that fails.
 * Anything else is sent once. `random` gives 0 to 1.
 */
export function createRetryingClient(
  client: UpstreamClient,
  clock: Clock,
  random: () => number,
): UpstreamClient {
  const budget = createRetryBudget();
  return async (request) => {
    const { scope } = request;
    if (scope.aborted) throw new UpstreamError({ failure: 'cancelled' });
    budget.earn();
    for (let tries = 1; ; tries++) {
      try {
        return await client(request);
      } catch (error) {
        if (!(error instanceof UpstreamError) || !READS.has(request.method)) throw error;
        const delay = retryDelayMs(error.details, tries, random);
        if (delay === undefined || clock.now() + delay >= scope.deadline || !budget.spend()) throw error;
        await raceAbort(scope, new Promise<void>((resolve) => clock.after(delay, resolve)));
      }
    }
  };
}
