import type { TaskStatus } from '../model/task-status.model.js';
import { TaskState } from '../model/enums.js';
import { hasEnded } from './task-status.derived.js';
import { isSameTask } from './task-status.reader.js';

/** The latest row of each known task, by id. Null is a task that the upstream no longer has. Never changed in place. */
export type KnownTasks = ReadonlyMap<string, TaskStatus | null>;

/** What is known of tasks at an instant. */
export interface TaskView {
  /** Those that everybody is told of. */
  readonly known: KnownTasks;
  /** Finds a task among those that only viewers who name them are told of, too. Null if it is gone. */
  get(id: string): TaskStatus | null | undefined;
}

/** The tasks that a viewer watches: those that match, and, if `ids` is set, have one of these ids. */
export interface Watch {
  readonly ids: ReadonlySet<string> | undefined;
  readonly matches: (task: TaskStatus) => boolean;
}

/** What a viewer has not been told yet. */
export interface TaskChanges {
  readonly changed: readonly TaskStatus[];
  readonly gone: readonly string[];
}

/**
 * Adds what was read to what is known. Returns `known` itself if nothing is new. A task never goes back to an earlier
 * state, and one that has ended stays as it is, so rows may be added in any order.
 * @param missing Ids that the upstream doesn't have.
 */
export function addTasks(
  known: KnownTasks,
  read: Iterable<TaskStatus>,
  missing: Iterable<string> = [],
): KnownTasks {
  const news = new Map<string, TaskStatus | null>();
  for (const task of read) {
    const before = news.get(task.id) ?? known.get(task.id);
    if (before === undefined || before === null || isNewer(task, before)) news.set(task.id, task);
  }
  for (const id of missing) {
    const before = news.get(id) ?? known.get(id);
    if (!isEndedOrGone(before)) news.set(id, null);
  }
  return news.size === 0 ? known : new Map([...known, ...news]);
}

/** False for a task of which nothing is known. */
export function isEndedOrGone(task: TaskStatus | null | undefined): boolean {
  return task === null || (task !== undefined && hasEnded(task));
}

function isNewer(task: TaskStatus, before: TaskStatus): boolean {
  if (hasEnded(before) || isSameTask(task, before)) return false;
  if (rankOf(task) !== rankOf(before)) return rankOf(task) > rankOf(before);
  // Both are canonical dates, which compare as text.
  return task.modified === null || before.modified === null || task.modified >= before.modified;
}

function rankOf(task: TaskStatus): number {
  return hasEnded(task) ? 2 : task.state === TaskState.RUNNING ? 1 : 0;
}

/** What a new viewer is told first: the pending tasks that it watches, or those with its ids in any state. */
export function presentState(now: TaskView, { ids, matches }: Watch): TaskChanges {
  const changed: TaskStatus[] = [];
  const gone: string[] = [];
  for (const [id, task] of watched(now, ids))
    if (task && matches(task) && (ids !== undefined || !hasEnded(task))) changed.push(task);
    else if (task === null && ids !== undefined) gone.push(id);
  return { changed, gone };
}

/**
 * What a viewer that was told all of `before` has to be told now. A task that no longer matches is told once more, as
 * it is now.
 */
export function changesSince(before: TaskView, now: TaskView, { ids, matches }: Watch): TaskChanges {
  const changed: TaskStatus[] = [];
  const gone: string[] = [];
  for (const [id, task] of watched(now, ids)) {
    const told = ids ? before.get(id) : before.known.get(id);
    if (task === told || task === undefined) continue;
    const wasTold = told !== undefined && told !== null && matches(told);
    if (task === null) {
      if (wasTold || ids !== undefined) gone.push(id);
    } else if (wasTold || matches(task)) changed.push(task);
  }
  return { changed, gone };
}

/** Whether all these tasks have ended or are gone. */
export function haveAllEnded(now: TaskView, ids: ReadonlySet<string>): boolean {
  for (const id of ids) if (!isEndedOrGone(now.get(id))) return false;
  return true;
}

function* watched(
  view: TaskView,
  ids: ReadonlySet<string> | undefined,
): Iterable<readonly [string, TaskStatus | null | undefined]> {
  if (ids === undefined) yield* view.known;
  else for (const id of ids) yield [id, view.get(id)];
}
