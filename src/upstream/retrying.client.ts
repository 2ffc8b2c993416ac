import type { Clock } from './clock.js';
import { within } from './patience.js';
import { createRetryBudget, retryDelayMs } from './retry.policy.js';
import type { UpstreamClient } from './upstream.client.js';
import { UpstreamError } from './upstream-error.js';

/** Reads, which can be sent twice without doing anything twice. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Sends a read again where that may help, while patience lasts and an upstream that fails isn't burdened the more.
 * Anything else is sent once, whatever becomes of it. `random` gives 0 to 1.
 */
export function createRetryingClient(
  client: UpstreamClient,
  clock: Clock,
  random: () => number,
): UpstreamClient {
  const budget = createRetryBudget();
  return async (request) => {
    const { patience } = request;
    if (patience.isOver()) throw new UpstreamError({ failure: 'abandoned' });
    budget.earn();
    for (let tries = 1; ; tries++) {
      try {
        return await client(request);
      } catch (error) {
        if (!(error instanceof UpstreamError) || !READS.has(request.method)) throw error;
        const delay = retryDelayMs(error.details, tries, random);
        if (delay === undefined || clock.now() + delay >= patience.until() || !budget.spend()) throw error;
        await within(patience, new Promise<void>((resolve) => clock.after(delay, resolve)));
      }
    }
  };
}
