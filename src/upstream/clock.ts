/** The time, and timers. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls `callback` once after `ms`. Returns a function that cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Sets a real timer that doesn't keep the process alive. */
export function afterRealTime(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => {
    clearTimeout(timer);
  };
}

/** Longest delay of one timer. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls `callback` once at a time that may be far away, or infinite. Returns a function that cancels it. */
export function atTime(clock: Clock, time: number, callback: () => void): () => void {
  let cancel = (): void => undefined;
  const wait = (): void => {
    const ms = time - clock.now();
    cancel = ms > MAX_DELAY_MS ? clock.after(MAX_DELAY_MS, wait) : clock.after(Math.max(0, ms), callback);
  };
  if (time < Infinity) wait();
  return () => {
    cancel();
  };
}
