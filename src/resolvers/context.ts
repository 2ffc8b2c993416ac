import type { FastPathContext } from '../fast-path/root-results.js';
import type { TaskStatusDataSource } from '../data-sources/task-status.data-source.js';

/** What a resolver may lean on, for the time of one operation. */
export interface OperationContext extends FastPathContext {
  readonly tasks: TaskStatusDataSource;
}
