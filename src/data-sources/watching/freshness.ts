import type { Clock } from '../../upstream/clock.js';

/** A view is stale after this time without a poll, and at least this many intervals. */
const STALE_MS = 30_000;
const STALE_INTERVALS = 3;

/** How old a view is: fresh for an interval after the poll that made it, and stale after several. */
export class Freshness {
  /** Epoch milliseconds. */
  private freshUntil = -Infinity;
  private cancelTimer = (): void => undefined;

  /** `intervalMs` returns the present interval, which can change. */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: () => number,
    private readonly onStale: () => void,
  ) {}

  /** Whether new viewers may be served from the view. */
  get isFresh(): boolean {
    return this.clock.now() < this.freshUntil;
  }

  /** Call it when the view of a poll is shown. */
  polled(began: number): void {
    this.freshUntil = began + this.intervalMs();
    this.awaitStale(began);
  }

  /** Serves no further viewer from the view. Ends the timer. */
  end(): void {
    this.freshUntil = -Infinity;
    this.cancelTimer();
  }

  private awaitStale(began: number): void {
    const left = began + Math.max(STALE_MS, STALE_INTERVALS * this.intervalMs()) - this.clock.now();
    this.cancelTimer();
    if (left <= 0) this.onStale();
    else
      this.cancelTimer = this.clock.after(left, () => {
        this.awaitStale(began);
      });
  }
}
