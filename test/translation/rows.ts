import type { TaskStatus } from '../../src/model/task-status.model.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';

/** A row with these fields and an id, as the reader reads it. */
export function readRow(fields: Readonly<Record<string, unknown>>): TaskStatus {
  const task = readTaskStatus({ id: 'a', ...fields });
  if (task === undefined) throw new Error('a row with an id must be a task');
  return task;
}
