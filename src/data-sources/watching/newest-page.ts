import type { TaskStatus } from '../../model/task-status.model.js';
import type { Poll } from './poll.js';

/** Every so many intervals, the newest page is read too. It finds tasks that began and ended between two polls. */
const INTERVALS_PER_READ = 10;

/** Reads the newest page of the list beside the polls. */
export class NewestPage {
  private began = -Infinity;
  private reads: Poll | undefined;

  constructor(
    private readonly startPoll: () => Poll,
    private readonly onRead: (newest: readonly TaskStatus[], began: number) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Begins to read it if it is due, for a poll that began at `began`. Returns whether it was. If the read fails, it is
   * read when it is due again.
   */
  startIfDue(began: number, intervalMs: number): boolean {
    // A timer may fire a little early.
    const isDue = began - this.began > (INTERVALS_PER_READ - 0.5) * intervalMs;
    if (!isDue || this.reads) return false;
    this.began = began;
    this.reads = this.startPoll();
    void this.read(this.reads, began);
    return true;
  }

  /** Aborts the read in flight. */
  end(): void {
    this.reads?.end();
  }

  private async read(reads: Poll, began: number): Promise<void> {
    try {
      this.onRead(await reads.newest(), began);
    } catch (error) {
      this.onError(error);
    } finally {
      reads.end();
      this.reads = undefined;
    }
  }
}
