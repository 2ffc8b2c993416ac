import { type Caller, requireRead, requireWrite } from '../auth/rights.js';
import { FilterRefusedError, toTaskFilter } from '../filters/task-filter.js';
import { FilterSyntaxError } from '../filters/filter-grammar.js';
import { toOddRow } from '../faults/odd-rows.js';
import { type SandboxSettings } from '../settings.js';
import { type StoredTask, rowAt, statusAt } from '../tasks/task.js';
import { type TaskStore } from '../tasks/task-store.js';
import { type ApiVersion } from '../versions.js';
import { type Answer, emptyAnswer, jsonAnswer } from './answer.js';
import { inOrder, toPage } from './query.js';
import { badContent, badSyntax, illegalValue, notFound } from './refusal.js';
import { checkPatchType, patchTask } from './task-patch.js';

/** What an operation works with. `now` is epoch ms. */
export interface OperationContext {
  readonly store: TaskStore;
  readonly settings: SandboxSettings;
  readonly now: number;
  readonly caller: Caller;
}

/** `getTaskStatusList`. @throws Refusal 400, 403. */
export function getTaskStatusList(
  context: OperationContext,
  version: ApiVersion,
  query: Record<string, string>,
): Answer {
  requireRead(context.caller);
  const { store, settings, now } = context;
  const matches = toMatcher(query['filters'] ?? '', version, settings);
  const tasks = store.visible(now).filter((task) => {
    const completionStatus = statusAt(task, now, settings.raceMs);
    if (version.lists === 'completed' && completionStatus === null) return false;
    const { id, launcher, target } = task.row;
    const sourceId = target?.type === 'APPLICATION' ? target.id : null;
    return matches({ id, sourceId, completionStatus, type: task.kind, launcher });
  });
  return answerPage(context, inOrder(tasks, query), query);
}

/** `getPendingTasks`, and `getPendingTaskHeaders`, which has the same headers. @throws Refusal 400, 403. */
export function getPendingTasks(context: OperationContext, query: Record<string, string>): Answer {
  requireRead(context.caller);
  const { store, settings, now } = context;
  const tasks = store.visible(now).filter((task) => statusAt(task, now, settings.raceMs) === null);
  const answer = answerPage(context, tasks, query);
  if (tasks.length > 0 || settings.emptyPending === 200) return answer;
  return emptyAnswer(204, answer.headers);
}

/** `getTaskStatus`: a task in any state, on every version. @throws Refusal 403, 404. */
export function getTaskStatus(context: OperationContext, id: string): Answer {
  requireRead(context.caller);
  return jsonAnswer(200, toWire(context, findTask(context, id)));
}

/**
 * `updateTaskStatus`: patches a task. If that changes it, it no longer progresses. Refuses a finished one by default.
 * @throws Refusal 400, 403, 404, 415.
 */
export function updateTaskStatus(
  context: OperationContext,
  id: string,
  contentType: string | undefined,
  body: string,
): Answer {
  const { caller, store, settings, now } = context;
  requireWrite(caller);
  checkPatchType(contentType, settings);
  const task = findTask(context, id);
  const row = rowAt(task, now, settings.raceMs);
  const patched = patchTask(row, body, settings, now);
  if (row.completionStatus !== null && settings.patchCompleted === 'refuse') {
    throw badContent('The task is not pending');
  }
  if (patched.completionStatus !== row.completionStatus || patched.completed !== row.completed) {
    store.write(patched, now);
  }
  return jsonAnswer(200, toWire(context, findTask(context, id)));
}

function findTask({ store, now }: OperationContext, id: string): StoredTask {
  const task = store.find(id, now);
  if (task === undefined) throw notFound();
  return task;
}

function answerPage(context: OperationContext, tasks: StoredTask[], query: Record<string, string>): Answer {
  const { settings } = context;
  const { offset, limit, count } = toPage(query, settings.limitZero);
  if (settings.pastEnd === 'refuse' && offset > 0 && offset >= tasks.length) {
    throw illegalValue('offset', String(offset));
  }
  const rows = tasks.slice(offset, offset + limit).map((task) => toWire(context, task));
  return jsonAnswer(200, rows, count ? { 'X-Total-Count': String(tasks.length) } : {});
}

function toWire({ settings, now, caller }: OperationContext, task: StoredTask): object {
  const row = rowAt(task, now, settings.raceMs);
  if (!settings.launcherIsCaller) return toOddRow(row, settings);
  return toOddRow({ ...row, launcher: caller.userName ?? caller.clientId }, settings);
}

function toMatcher(
  filters: string,
  version: ApiVersion,
  settings: SandboxSettings,
): ReturnType<typeof toTaskFilter> {
  if (filters.trim() === '') return () => true;
  try {
    return toTaskFilter(filters, version, settings);
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw badSyntax(error.message);
    if (error instanceof FilterRefusedError) throw badContent(error.message);
    throw error;
  }
}
