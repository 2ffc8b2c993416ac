/** Maximum principals to remember. */
const MAX_PRINCIPALS = 1_000;

/** Turns of principals: the next one is whose last turn was the longest ago, even if its call gave up since. */
export class Turns {
  /** In the order of their last turns. */
  private readonly served = new Set<string>();

  took(key: string): void {
    this.served.delete(key);
    this.served.add(key);
    const [longestAgo = ''] = this.served;
    if (this.served.size > MAX_PRINCIPALS) this.served.delete(longestAgo);
  }

  /** Returns which of these is next. */
  next(keys: readonly string[]): string | undefined {
    const waiting = new Set(keys);
    return keys.find((key) => !this.served.has(key)) ?? [...this.served].find((key) => waiting.has(key));
  }
}
