/** The time, and what is to happen when some of it has passed. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once, after so many milliseconds, unless it is cancelled before: by what this gives. */
  after(ms: number, callback: () => void): () => void;
}

/** Calls back by the real time, without keeping the process alive. */
export function afterRealTime(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => {
    clearTimeout(timer);
  };
}
