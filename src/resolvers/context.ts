import type { FastPathContext } from '../fast-path/root-results.js';
import type { TaskStatusSource } from '../sources/task-status.source.js';

/** What a resolver may lean on, for the time of one operation. */
export interface OperationContext extends FastPathContext {
  readonly tasks: TaskStatusSource;
}
