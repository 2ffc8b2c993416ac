import { TaskState } from '../../model/enums.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { addTasks, type Watch } from '../../translation/task-changes.js';
import { hasEnded } from '../../translation/task-status.derived.js';
import { EndedTasks } from './ended-tasks.js';
import { NOTHING, View, viewAfter, withoutEnded, type PollAnswers } from './view.js';

/** The latest view of a principal's tasks, as reads bring it up to date. */
export class ViewState {
  private current: View | undefined;
  private readonly old: EndedTasks;
  private failed: ReadonlyMap<string, Error> = new Map();
  /** Tasks that may not be read. They are gone, except for those who name them. */
  private readonly forbidden = new Set<string>();

  /**
   * `onForbidden` is called for each task that may not be read, then `onChange` with the new view. No row arrives later
   * than `lateMs` after it was read.
   */
  constructor(
    lateMs: number,
    private readonly onForbidden: (id: string, error: Error) => void,
    private readonly onChange: (view: View) => void,
  ) {
    this.old = new EndedTasks(lateMs);
  }

  /** Undefined before the first read. */
  get view(): View | undefined {
    return this.current;
  }

  /** Tasks that the last lookups could not read. */
  get failures(): ReadonlyMap<string, Error> {
    return this.failed;
  }

  /** Takes what queries and updates read. A task that ended before anybody watched is no news. */
  learn(tasks: readonly TaskStatus[], now: number): void {
    const { current } = this;
    if (current === undefined) return;
    this.add(
      tasks.filter(
        (task) => current.known.has(task.id) || (!hasEnded(task) && !this.hasEndedBefore(task.id)),
      ),
      now,
    );
  }

  /** Takes the newest page of the list, as read at `now`. */
  addNewest(newest: readonly TaskStatus[], now: number): void {
    if (this.current) this.add(this.old.newsOf(newest, now), this.current.asOf);
  }

  /** Takes what a poll read. @throws As `viewAfter` does. */
  addAnswers({ pending, lookups }: PollAnswers, asOf: number, isStale = false): void {
    const { view, failed, forbidden } = viewAfter(
      this.current ?? NOTHING,
      { pending: pending.filter(({ id }) => !this.hasEndedBefore(id)), lookups },
      asOf,
    );
    this.failed = failed;
    for (const [id, answer] of lookups) if (!(answer instanceof Error)) this.forbidden.delete(id);
    for (const [id, error] of forbidden) {
      this.forbidden.add(id);
      this.onForbidden(id, error);
    }
    this.set(isStale ? view.toStale() : view);
  }

  /** Takes lookups that were made between two polls. */
  addLookups(lookups: PollAnswers['lookups']): void {
    this.addAnswers({ pending: [], lookups }, -Infinity, this.current?.stale);
  }

  markStale(): void {
    if (this.current && !this.current.stale) this.set(this.current.toStale());
  }

  /** Ids to look up: known tasks that have left the pending ones, and named tasks of which nothing is known. */
  openIds(pending: readonly TaskStatus[], names: Iterable<string>): string[] {
    const open = new Set(this.unknownOf(names));
    for (const [id, task] of this.current?.known ?? []) if (task && !hasEnded(task)) open.add(id);
    for (const { id } of pending) open.delete(id);
    return [...open];
  }

  /** Returns the ids of which nothing is known. */
  unknownOf(ids: Iterable<string>): string[] {
    return [...ids].filter((id) => this.current?.get(id) === undefined || this.forbidden.has(id));
  }

  /** Forgets what has ended or is gone, except named tasks, once all viewers were told: the last of them `told`. */
  forgetEnded(told: View | undefined, names: ReadonlyMap<string, unknown>, now: number): void {
    if (this.current === undefined) return;
    const { view, over } = withoutEnded(this.current, told ?? this.current, names);
    for (const id of over) this.old.add(id, now);
    for (const id of this.forbidden) if (!view.known.has(id)) this.forbidden.delete(id);
    this.current = view;
  }

  /** Forgets all but what has ended. */
  reset(): void {
    this.current = undefined;
    this.forbidden.clear();
  }

  /** Whether a task runs that one of these watches. A filter doesn't matter: the task can come to match it. */
  isRunning(watches: readonly Watch[]): boolean {
    return [...(this.current?.known.values() ?? [])].some(
      (task) =>
        task?.state === TaskState.RUNNING && watches.some(({ ids }) => ids === undefined || ids.has(task.id)),
    );
  }

  /** Whether a task has ended, though it is not among those that all viewers are told of. */
  private hasEndedBefore(id: string): boolean {
    const named = this.current?.named.get(id);
    return this.old.has(id) || (named !== undefined && named !== null && hasEnded(named));
  }

  private add(tasks: readonly TaskStatus[], asOf: number): void {
    const { current } = this;
    if (current === undefined) return;
    const known = addTasks(current.known, tasks);
    if (known !== current.known) this.set(new View(known, current.named, asOf, current.stale));
  }

  private set(view: View): void {
    this.current = view;
    this.onChange(view);
  }
}
