import type { TaskStatus } from '../../model/task-status.model.js';

/**
 * The per-request cache: tasks that one operation has looked up or listed, so that it reads none twice. Caches failures
 * too.
 */
export class RequestCache {
  private readonly known = new Map<string, Promise<TaskStatus | null>>();
  private lists: (readonly (TaskStatus | undefined)[])[] = [];

  constructor(private readonly lookUp: (id: string) => Promise<TaskStatus | null>) {}

  load(id: string): Promise<TaskStatus | null> {
    this.readLists();
    let task = this.known.get(id);
    if (task === undefined) this.known.set(id, (task = this.lookUp(id)));
    return task;
  }

  /** Caches tasks that aren't cached yet. */
  add(tasks: readonly (TaskStatus | undefined)[]): void {
    this.lists.push(tasks);
  }

  delete(id: string): void {
    this.readLists();
    this.known.delete(id);
  }

  /** Few operations look up what they have listed, so lists are indexed on the first lookup or delete. */
  private readLists(): void {
    if (this.lists.length === 0) return;
    for (const task of this.lists.flat())
      if (task !== undefined && !this.known.has(task.id)) this.known.set(task.id, Promise.resolve(task));
    this.lists = [];
  }
}
