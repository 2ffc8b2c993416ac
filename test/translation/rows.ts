import type { TaskStatus } from '../../src/model/task-status.model.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';

/** A row with these fields and an id, as the reader reads it. */
export function readRow(fields: Readonly<Record<string, unknown>>): TaskStatus {
  const task = readTaskStatus({ id: 'a', ...fields }, () => 0);
  if (task === undefined) throw new Error('a row with an id must be a task');
  return task;
}

/** Every field of a task, as a client would get them. */
export function fieldsOf(task: TaskStatus): Record<string, unknown> {
  return Object.fromEntries(fieldNames.map((name) => [name, task[name]]));
}

const fieldNames = [
  'id',
  'type',
  'uniqueName',
  'description',
  'parentName',
  'launcher',
  'target',
  'created',
  'modified',
  'launched',
  'completed',
  'completionStatus',
  'rawCompletionStatus',
  'messages',
  'returns',
  'attributes',
  'progress',
  'percentComplete',
  'taskDefinitionSummary',
  'state',
  'statusMessage',
  'durationSeconds',
  'results',
] as const satisfies readonly (keyof TaskStatus)[];
