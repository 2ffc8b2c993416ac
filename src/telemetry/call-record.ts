/** A call to the upstream. */
export interface UpstreamCall {
  /** Returns the milliseconds that it took, or has taken so far. */
  readonly ms: () => number;
}

/**
 * The calls of an operation, for its log line. A call that several operations share is recorded once: each of them
 * holds the same record inside its own.
 */
export type CallRecord = (UpstreamCall | CallRecord)[];

/** Returns all calls of a record, each once. */
export function callsOf(record: CallRecord): UpstreamCall[] {
  const calls = new Set<UpstreamCall>();
  const collect = (part: CallRecord): void => {
    for (const each of part)
      if (Array.isArray(each)) collect(each);
      else calls.add(each);
  };
  collect(record);
  return [...calls];
}
