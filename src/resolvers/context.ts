import type { FastPathContext } from '../fast-path/root-results.js';
import type { StreamRequest } from '../fast-path/subscription.js';
import type { TaskStatusDataSource } from '../data-sources/task-status.data-source.js';

/** The context of an operation. The operations of a batch share one. */
export interface OperationContext extends FastPathContext {
  readonly tasks: TaskStatusDataSource;
  /** Codes of the answer's errors, for the log line. */
  readonly errorCodes: string[];
  /** Set on the full path, if the client accepts a stream of events. */
  stream?: StreamRequest;
}
