import { type SandboxSettings } from '../settings.js';

/** Counts calls by key against a limit such as `100/10s`. Keeps only calls within the window. */
export class RateLimit {
  readonly #calls = new Map<string, number[]>();

  /**
   * Counts a call unless the limit is reached.
   * @param now Epoch ms.
   * @returns Whole seconds until the next call is allowed, at least 1. Undefined if this one is allowed.
   */
  take(
    key: string,
    { rateLimit, rateWindow }: Pick<SandboxSettings, 'rateLimit' | 'rateWindow'>,
    now: number,
  ): number | undefined {
    const [, allowed, seconds] = /^(\d+)\/(\d+)s$/.exec(rateLimit) ?? [];
    if (allowed === undefined || seconds === undefined) return undefined;
    const windowMs = Number(seconds) * 1000;
    const calls = this.#within(this.#calls.get(key) ?? [], rateWindow, windowMs, now);
    this.#calls.set(key, calls);
    const [oldest] = calls;
    if (oldest !== undefined && calls.length >= Number(allowed)) {
      return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
    }
    calls.push(now);
    return undefined;
  }

  /** A sliding window drops calls one by one, a fixed one all at once. */
  #within(
    calls: number[],
    rateWindow: SandboxSettings['rateWindow'],
    windowMs: number,
    now: number,
  ): number[] {
    if (rateWindow === 'sliding') return calls.filter((at) => now - at < windowMs);
    const [opened] = calls;
    return opened !== undefined && now - opened < windowMs ? calls : [];
  }
}
