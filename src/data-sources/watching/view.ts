import type { TaskStatus } from '../../model/task-status.model.js';
import { addTasks, isEndedOrGone, type KnownTasks, type TaskView } from '../../translation/task-changes.js';
import { hasEnded } from '../../translation/task-status.derived.js';
import { failureOf, isWithoutNews, statusOf } from '../../upstream/upstream-error.js';

/** What is known of a principal's tasks at an instant. Never changed in place. */
export class View implements TaskView {
  private static count = 0;

  /** Grows with each view. */
  readonly order = View.count++;

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
  ) {}

  get(id: string): TaskStatus | null | undefined {
    const task = this.known.get(id);
    return task === undefined ? this.named.get(id) : task;
  }

  /** Whether it has no news for anybody who was told the other one. */
  isSameAs({ known, named, stale }: View): boolean {
    return this.known === known && this.named === named && this.stale === stale;
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
 * @throws The error of a lookup that was refused with 401, or that nobody waited for.
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
    // The upstream may find a task by its id in another case.
    else if (!(answer instanceof Error)) found.push(answer.id === id ? answer : withId(answer, id));
    else if (statusOf(answer) === 401 || failureOf(answer) === 'cancelled') throw answer;
    else if (statusOf(answer) === 403) forbidden.set(id, answer);
    else failed.set(id, answer);
  // A task that had ended before anybody watched is only for those who name it.
  const isForAll = (id: string): boolean => before.known.has(id);
  const known = addTasks(
    before.known,
    [...pending, ...found.filter((task) => isForAll(task.id) || !hasEnded(task))],
    [...missing, ...forbidden.keys()].filter(isForAll),
  );
  const named = addTasks(
    before.named,
    found.filter((task) => !isForAll(task.id) && hasEnded(task)),
    missing.filter((id) => !isForAll(id)),
  );
  const stale = [...failed].some(([id, error]) => isForAll(id) && !isWithoutNews(error));
  return { view: new View(known, named, Math.max(asOf, before.asOf), stale), failed, forbidden };
}

/**
 * Returns the view without tasks that have ended or are gone, except those that are named, and those that are still news
 * to viewers who were told `told`; the view itself if there are none. `over` has their ids.
 */
export function withoutEnded(
  view: View,
  told: View,
  names: ReadonlyMap<string, unknown>,
): { view: View; over: string[] } {
  const over = [...view.known]
    .filter(([id, task]) => isEndedOrGone(task) && !names.has(id) && isEndedOrGone(told.known.get(id)))
    .map(([id]) => id);
  const areNamed = [...view.named.keys()].every((id) => names.has(id));
  if (over.length === 0 && areNamed) return { view, over };
  const named = areNamed ? view.named : new Map([...view.named].filter(([id]) => names.has(id)));
  const known = new Map(view.known);
  for (const id of over) known.delete(id);
  return { view: new View(known, named, view.asOf, view.stale), over };
}

function withId(task: TaskStatus, id: string): TaskStatus {
  return Object.assign(Object.create(Object.getPrototypeOf(task) as object) as TaskStatus, task, { id });
}
