import { CircuitState, type IBreaker } from 'cockatiel';

const SECONDS = 10;
const MIN_CALLS = 20;
const FAILURE_RATE = 0.5;

/**
 * Opens a circuit once at least half of 20 or more calls of the last 10 seconds have failed. Cockatiel's own sampling
 * breaker keeps counting old calls if there were few calls in between.
 */
export function createFailureRateBreaker(): IBreaker {
  let counts: { readonly second: number; calls: number; failures: number }[] = [];

  function count(failures: 0 | 1): void {
    const second = Math.floor(Date.now() / 1000);
    let latest = counts.at(-1);
    if (latest?.second !== second) {
      counts = counts.filter((each) => each.second > second - SECONDS);
      counts.push((latest = { second, calls: 0, failures: 0 }));
    }
    latest.calls += 1;
    latest.failures += failures;
  }

  return {
    state: undefined,
    success(state) {
      if (state === CircuitState.HalfOpen) counts = [];
      count(0);
    },
    failure(state) {
      count(1);
      const sum = (of: 'calls' | 'failures'): number => counts.reduce((total, each) => total + each[of], 0);
      const calls = sum('calls');
      return state !== CircuitState.Closed || (calls >= MIN_CALLS && sum('failures') >= calls * FAILURE_RATE);
    },
  };
}
