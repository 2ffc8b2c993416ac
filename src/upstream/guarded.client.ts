import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from 'cockatiel';
import { createFailureShare } from './failure-share.js';
import type { UpstreamClient, UpstreamResponse } from './upstream.client.js';
import { UpstreamError } from './upstream-error.js';

/** For so long nothing is sent once the upstream has failed; then one call is, to see. */
const PROBE_AFTER_MS = 500;

/** How many calls may wait for others to end. One that nobody waits for any longer stays until its turn. */
const MAX_WAITING = 10_000;

/** What is known of the upstream: it answers, it fails and is left alone, or a call is under way to see. */
export type CircuitName = 'closed' | 'open' | 'half-open';

/** A client that leaves a failing upstream alone. */
export interface GuardedClient {
  readonly client: UpstreamClient;
  readonly circuit: () => CircuitName;
}

const names: Readonly<Record<CircuitState, CircuitName>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

/**
 * Has at most `concurrency` calls under way, and none at all while the upstream fails, but for one every half second to
 * see whether it is back. It fails where half of at least 20 calls in 10 seconds did: by a 5xx, no connection or no
 * answer in time. Any other answer shows that it is well, a refusal too; a call that was abandoned shows nothing.
 */
export function createGuardedClient(
  client: UpstreamClient,
  concurrency: number,
  onChange: (circuit: CircuitName) => void,
): GuardedClient {
  const slots = bulkhead(concurrency, MAX_WAITING);
  const breaker = circuitBreaker(
    // A probe that was abandoned has not shown that the upstream is back.
    handleWhen((error) => isOutage(error) || breaker.state === CircuitState.HalfOpen),
    { halfOpenAfter: PROBE_AFTER_MS, breaker: createFailureShare() },
  );
  breaker.onStateChange((state) => {
    onChange(names[state]);
  });

  const guarded: UpstreamClient = async (request) => {
    // The breaker would have calls wait for the one that probes.
    if (breaker.state === CircuitState.HalfOpen) throw new UpstreamError({ failure: 'circuit_open' });
    const outcome = await breaker.execute(async (): Promise<UpstreamResponse | UpstreamError> => {
      try {
        return await client(request);
      } catch (error) {
        if (isAnswer(error)) return error;
        throw error;
      }
    });
    if (outcome instanceof UpstreamError) throw outcome;
    return outcome;
  };

  return {
    circuit: () => names[breaker.state],
    async client(request) {
      try {
        return await slots.execute(() => guarded(request));
      } catch (error) {
        if (isBrokenCircuitError(error)) throw new UpstreamError({ failure: 'circuit_open' });
        if (isBulkheadRejectedError(error)) throw new UpstreamError({ failure: 'queue_full' });
        throw error;
      }
    },
  };
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const { failure, status = 0 } = error.details;
  // A method that is not implemented says nothing of the others.
  const isStatus = failure === 'status' && status >= 500 && status !== 501;
  return failure === 'connection' || failure === 'timeout' || isStatus;
}

/** Whether the upstream answered, if only to refuse. */
function isAnswer(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.details.status !== undefined && !isOutage(error);
}
