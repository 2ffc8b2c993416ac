import type { TaskStatus } from '../../model/task-status.model.js';
import { addTasks, type KnownTasks } from '../../translation/task-changes.js';
import { hasEnded } from '../../translation/task-status.derived.js';
import { statusOf } from '../../upstream/upstream-error.js';

/** What is known of a principal's tasks at an instant. Never changed in place. */
export class View {
  /** With those that are known because a viewer named them. */
  readonly all: KnownTasks;

  /**
   * @param known Tasks that are or were pending while somebody watched.
   * @param named Tasks that had ended, or were gone, when they were first looked up for a viewer who named them.
   * @param asOf When it was read, in epoch milliseconds.
   * @param stale Whether the upstream could not be polled since.
   */
  constructor(
    readonly known: KnownTasks,
    readonly named: KnownTasks,
    readonly asOf: number,
    readonly stale: boolean,
  ) {
    this.all = named.size === 0 ? known : new Map([...named, ...known]);
  }

  /** The same, but stale. */
  toStale(): View {
    return new View(this.known, this.named, this.asOf, true);
  }
}

/** The view before the first poll. */
export const NOTHING = new View(new Map(), new Map(), -Infinity, false);

/** What a poll read: the pending tasks, and tasks by id. Null is a task that the upstream doesn't have. */
export interface PollAnswers {
  readonly pending: readonly TaskStatus[];
  readonly lookups: ReadonlyMap<string, TaskStatus | Error | null>;
}

/**
 * Returns the view after a poll, and the lookups that failed. A task that may not be read (403) is gone, except for those
 * who name it.
 * @throws The error of a lookup that was refused with 401.
 */
export function viewAfter(
  before: View,
  { pending, lookups }: PollAnswers,
  asOf: number,
): { view: View; failed: Map<string, Error>; forbidden: Map<string, Error> } {
  const missing: string[] = [];
  const found: TaskStatus[] = [];
  const failed = new Map<string, Error>();
  const forbidden = new Map<string, Error>();
  for (const [id, answer] of lookups)
    if (answer === null) missing.push(id);
    else if (!(answer instanceof Error)) found.push(answer);
    else if (statusOf(answer) === 401) throw answer;
    else if (statusOf(answer) === 403) {
      missing.push(id);
      forbidden.set(id, answer);
    } else failed.set(id, answer);
  // A task that had ended before anybody watched is only for those who name it.
  const isForAll = (id: string): boolean => before.known.has(id);
  const known = addTasks(
    before.known,
    [...pending, ...found.filter((task) => isForAll(task.id) || !hasEnded(task))],
    missing.filter(isForAll),
  );
  const named = addTasks(
    before.named,
    found.filter((task) => !isForAll(task.id) && hasEnded(task)),
    missing.filter((id) => !isForAll(id)),
  );
  const view = new View(known, named, Math.max(asOf, before.asOf), [...failed.keys()].some(isForAll));
  return { view, failed, forbidden };
}

/**
 * Returns the view without tasks that have ended or are gone, except those that are named; the view itself if there are
 * none. `ended` has the ids of those that have ended.
 */
export function withoutEnded(view: View, names: ReadonlySet<string>): { view: View; ended: string[] } {
  const over = [...view.known].filter(([id, task]) => !names.has(id) && (task === null || hasEnded(task)));
  const named = new Map([...view.named].filter(([id]) => names.has(id)));
  if (over.length === 0 && named.size === view.named.size) return { view, ended: [] };
  const known = new Map(view.known);
  for (const [id] of over) known.delete(id);
  const ended = over.flatMap(([id, task]) => (task ? [id] : []));
  return { view: new View(known, named, view.asOf, view.stale), ended };
}
