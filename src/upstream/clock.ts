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
