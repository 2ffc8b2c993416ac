import type { TaskStatusSource } from '../sources/task-status.source.js';

/** What a resolver may lean on, for the time of one operation. */
export interface OperationContext {
  readonly tasks: TaskStatusSource;
}
