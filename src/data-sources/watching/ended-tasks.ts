import type { TaskStatus } from '../../model/task-status.model.js';
import { hasEnded } from '../../translation/task-status.derived.js';

/**
 * Ended tasks that are no news: those of the newest page as last read, and those that viewers were told of and that are
 * forgotten since.
 */
export class EndedTasks {
  /** Undefined before the newest page was read. */
  private ofNewestPage: ReadonlySet<string> | undefined;
  /** When each was forgotten. */
  private readonly forgotten = new Map<string, number>();

  /** No row arrives later than `lateMs` after it was read. */
  constructor(private readonly lateMs: number) {}

  has(id: string): boolean {
    return this.forgotten.has(id) || this.ofNewestPage?.has(id) === true;
  }

  add(id: string, now: number): void {
    this.forgotten.set(id, now);
  }

  /** Returns the news of the newest page. What had ended on the first one ended before anybody watched. */
  newsOf(newest: readonly TaskStatus[], now: number): TaskStatus[] {
    const isFirst = this.ofNewestPage === undefined;
    const news = newest.filter((task) => !this.has(task.id) && !(isFirst && hasEnded(task)));
    this.ofNewestPage = new Set([...newest.filter(hasEnded).map(({ id }) => id), ...this.forgotten.keys()]);
    for (const [id, at] of this.forgotten) if (now - at > this.lateMs) this.forgotten.delete(id);
    return news;
  }
}
