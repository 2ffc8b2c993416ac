import { type SandboxSettings } from '../settings.js';
import { kindOf } from './definitions.js';
import { seedTasks } from './seed.js';
import { type SandboxTask, type StoredTask, rowAt } from './task.js';
import { TaskMaker } from './task-maker.js';

const ninetyDays = 90 * 24 * 60 * 60 * 1000;

/** The tasks, shared by all API versions. Times are epoch ms. */
export class TaskStore {
  readonly #maker: TaskMaker;
  readonly #byId: Map<string, StoredTask>;
  /** Newest first. Undefined after a change, until the next read. */
  #sorted: StoredTask[] | undefined;
  #inserted = 0;

  constructor({ seed, tasks }: Pick<SandboxSettings, 'seed' | 'tasks'>, now: number) {
    this.#maker = new TaskMaker(`${seed}:tasks`);
    this.#byId = new Map(seedTasks(seed, tasks, this.#maker, now).map((task) => [task.row.id, task]));
  }

  /** Returns every task of the last 90 days in the default order: newest first, ties by id. */
  visible(now: number): StoredTask[] {
    this.#sorted ??= [...this.#byId.values()].sort(newestFirst);
    return this.#sorted.filter((task) => !isTooOld(task, now));
  }

  /** Returns a task by its id. Undefined if unknown or over 90 days old. */
  find(id: string, now: number): StoredTask | undefined {
    const task = this.#byId.get(id);
    return task === undefined || isTooOld(task, now) ? undefined : task;
  }

  /** Replaces the task with the id of the row. From then on, readers see the row as it is. */
  write(row: SandboxTask, now: number): void {
    const created = Date.parse(row.created);
    this.#put({ row, kind: kindOf(row), createdMs: Number.isNaN(created) ? now : created });
  }

  /**
   * Adds a task, by default created now and running. It is finished if it has a `completionStatus`.
   * Replaces a task with the same id.
   */
  insert(given: Partial<SandboxTask>, now: number): SandboxTask {
    const at = new Date(now).toISOString();
    const finished = given.completionStatus !== undefined && given.completionStatus !== null;
    const row: SandboxTask = {
      id: this.#maker.newId(),
      type: 'QUARTZ',
      uniqueName: 'Cloud Account Aggregation',
      description: 'Aggregates from the specified application.',
      parentName: null,
      launcher: 'System',
      target: null,
      created: at,
      modified: at,
      launched: at,
      completed: finished ? at : null,
      completionStatus: null,
      messages: [],
      returns: [],
      attributes: {},
      progress: finished ? 'Completed' : 'Started',
      percentComplete: finished ? 100 : 0,
      ...given,
    };
    this.write(row, now);
    return row;
  }

  /** Adds generated tasks, created now: finished and never-ending ones in turn. */
  insertMade(count: number, now: number): void {
    for (let index = 0; index < count; index++) {
      const endAt = this.#inserted++ % 2 === 0 ? now : null;
      this.#put(this.#maker.make({ createdMs: now, launchAt: now, endAt }));
    }
  }

  /**
   * Launches a task now if it is queued, and sets fields of it: by default, its percentage is 1 more. From then on it
   * doesn't move by itself. @throws RangeError if no such task is visible.
   */
  progress(id: string, given: Partial<SandboxTask>, now: number): SandboxTask {
    const shown = rowAt(this.#required(id, now), now, 0);
    const at = new Date(now).toISOString();
    const row: SandboxTask = {
      ...shown,
      launched: shown.launched ?? at,
      modified: at,
      progress: shown.progress ?? 'Started',
      percentComplete: Math.min(100, shown.percentComplete + 1),
      ...given,
      id,
    };
    this.write(row, now);
    return row;
  }

  /** Ends a task now, in any state. @throws RangeError if no such task is visible. */
  complete(id: string, status: string, now: number): void {
    const task = this.#required(id, now);
    const at = new Date(now).toISOString();
    const shown = rowAt(task, now, 0);
    const row: SandboxTask = {
      ...task.row,
      launched: shown.launched ?? at,
      modified: at,
      completed: at,
      completionStatus: status,
      messages:
        task.row.completionStatus === status ? task.row.messages : this.#maker.messagesFor(status, task.row),
      percentComplete: status === 'SUCCESS' ? 100 : shown.percentComplete,
      progress: 'Completed',
    };
    const life = {
      launchAt: Date.parse(row.launched ?? at),
      endAt: now,
      stuckAtPercent: 0,
      attributes: shown.attributes,
    };
    this.#put({ ...task, row, life });
  }

  /** Removes a task. @throws RangeError if no such task is visible. */
  remove(id: string, now: number): void {
    this.#required(id, now);
    this.#byId.delete(id);
    this.#sorted = undefined;
  }

  #put(task: StoredTask): void {
    this.#byId.set(task.row.id, task);
    this.#sorted = undefined;
  }

  #required(id: string, now: number): StoredTask {
    const task = this.find(id, now);
    if (task === undefined) throw new RangeError(`No task ${id}`);
    return task;
  }
}

function newestFirst(a: StoredTask, b: StoredTask): number {
  return b.createdMs - a.createdMs || byId(a, b);
}

/** Compares tasks: oldest first, ties by id. */
export function oldestFirst(a: StoredTask, b: StoredTask): number {
  return a.createdMs - b.createdMs || byId(a, b);
}

function byId(a: StoredTask, b: StoredTask): number {
  return a.row.id < b.row.id ? -1 : Number(a.row.id > b.row.id);
}

function isTooOld(task: StoredTask, now: number): boolean {
  return task.createdMs < now - ninetyDays;
}
