import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { createFailureRateBreaker } from './failure-rate.js';
import type { UpstreamClient, UpstreamResponse } from './transport.js';
import { UpstreamError } from './upstream-error.js';

/** Time after which an open circuit lets one call through to probe the upstream, in milliseconds. */
const PROBE_AFTER_MS = 500;

/** Maximum calls that wait for others to end. A cancelled call stays until its turn. */
const MAX_WAITING = 10_000;

/**
 * Whether calls are sent (`closed`), refused because the upstream fails (`open`), or refused while one of them probes
 * it (`half-open`).
 */
export type CircuitName = 'closed' | 'open' | 'half-open';

const names: Readonly<Record<CircuitState, CircuitName>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

/** The circuit to the upstream. */
export interface Circuit {
  readonly state: () => CircuitName;
  /** cockatiel's policy, for `withCircuitBreaker`. */
  readonly policy: CircuitBreakerPolicy;
}

/**
 * Creates a circuit that opens when at least half of 20 or more calls in 10 seconds failed: with a 5xx except 501, no
 * connection, or a timeout. Any other answer is a success, even a refusal. A cancelled call and an untrusted
 * certificate count as neither.
 */
export function createCircuit(onChange: (state: CircuitName) => void): Circuit {
  const policy: CircuitBreakerPolicy = circuitBreaker(
    // A cancelled probe has not shown that the upstream is back.
    handleWhen((error) => isOutage(error) || policy.state === CircuitState.HalfOpen),
    { halfOpenAfter: PROBE_AFTER_MS, breaker: createFailureRateBreaker() },
  );
  policy.onStateChange((state) => {
    onChange(names[state]);
  });
  return { policy, state: () => names[policy.state] };
}

/**
 * Limits the calls in flight to `concurrency`, and sends none while the circuit is open.
 * @throws UpstreamError `circuit_open`, or `queue_full` if too many calls wait.
 */
export function withCircuitBreaker(
  next: UpstreamClient,
  { policy }: Circuit,
  concurrency: number,
): UpstreamClient {
  const slots = bulkhead(concurrency, MAX_WAITING);

  const guarded: UpstreamClient = async (request) => {
    // Otherwise the policy would make calls wait for the probe.
    if (policy.state === CircuitState.HalfOpen) throw new UpstreamError({ failure: 'circuit_open' });
    const outcome = await policy.execute(async (): Promise<UpstreamResponse | UpstreamError> => {
      try {
        return await next(request);
      } catch (error) {
        if (isAnswer(error)) return error;
        throw error;
      }
    });
    if (outcome instanceof UpstreamError) throw outcome;
    return outcome;
  };

  return async (request) => {
    try {
      return await slots.execute(() => guarded(request));
    } catch (error) {
      if (isBrokenCircuitError(error)) throw new UpstreamError({ failure: 'circuit_open' });
      if (isBulkheadRejectedError(error)) throw new UpstreamError({ failure: 'queue_full' });
      throw error;
    }
  };
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const { failure, status = 0 } = error.details;
  // 501 is about one method, and says nothing about the others.
  const isStatus = failure === 'status' && status >= 500 && status !== 501;
  return failure === 'connection' || failure === 'timeout' || isStatus;
}

/** Whether the upstream answered, even with a refusal. */
function isAnswer(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.details.status !== undefined && !isOutage(error);
}
