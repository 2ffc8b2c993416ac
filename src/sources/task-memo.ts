import type { TaskStatus } from '../model/task-status.model.js';

/** The tasks that one operation has asked for or come by, so that none is asked for twice. Dies with the operation. */
export interface TaskMemo {
  load(id: string): Promise<TaskStatus | null>;
  /** Remembers a task, unless something is remembered of it already. */
  prime(id: string, task: TaskStatus): void;
  clear(id: string): void;
}

/** A memo in front of a look-up. Failures are remembered too: an operation asks for each task once. */
export function createTaskMemo(lookUp: (id: string) => Promise<TaskStatus | null>): TaskMemo {
  const known = new Map<string, Promise<TaskStatus | null>>();
  return {
    load(id) {
      let task = known.get(id);
      if (task === undefined) known.set(id, (task = lookUp(id)));
      return task;
    },
    prime(id, task) {
      if (!known.has(id)) known.set(id, Promise.resolve(task));
    },
    clear(id) {
      known.delete(id);
    },
  };
}
