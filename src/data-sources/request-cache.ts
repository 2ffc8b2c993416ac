import type { TaskStatus } from '../model/task-status.model.js';

/**
 * The tasks that one operation has asked for or come by, in front of a look-up, so that none is asked for twice.
 * Failures are remembered too. Dies with the operation.
 */
export class RequestCache {
  private readonly known = new Map<string, Promise<TaskStatus | null>>();
  private lists: (readonly (TaskStatus | undefined)[])[] = [];

  constructor(private readonly lookUp: (id: string) => Promise<TaskStatus | null>) {}

  load(id: string): Promise<TaskStatus | null> {
    this.read();
    let task = this.known.get(id);
    if (task === undefined) this.known.set(id, (task = this.lookUp(id)));
    return task;
  }

  /** Remembers tasks, but for those of which something is remembered already. */
  add(tasks: readonly (TaskStatus | undefined)[]): void {
    this.lists.push(tasks);
  }

  clear(id: string): void {
    this.read();
    this.known.delete(id);
  }

  /** Few operations look up what they have listed: lists are read for those alone. */
  private read(): void {
    if (this.lists.length === 0) return;
    for (const task of this.lists.flat())
      if (task !== undefined && !this.known.has(task.id)) this.known.set(task.id, Promise.resolve(task));
    this.lists = [];
  }
}
