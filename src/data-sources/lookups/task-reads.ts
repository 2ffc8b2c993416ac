import type { TaskStatus } from '../../model/task-status.model.js';
import type { Log } from '../../telemetry/logger.js';
import { readTaskStatus } from '../../translation/task-status.reader.js';
import type { Clock } from '../../upstream/clock.js';
import type { Principal } from '../../upstream/principal.js';
import type { Places } from '../../upstream/rate-limiter.js';
import type { Caller, ListQuery, TaskStatusApi, WireTaskList } from '../../upstream/task-status.api.js';
import { UpstreamError } from '../../upstream/upstream-error.js';
import { createBatchScheduler } from './batch-scheduler.js';
import { createRequestCoalescing } from './request-coalescing.js';
import { createTaskStatusLoader, type LoaderReads } from './task-status.loader.js';

/** Rows of a list, in its order. A row without an id is undefined. `totalCount` is null if it was not sent. */
export interface TaskRows {
  readonly rows: readonly (TaskStatus | undefined)[];
  readonly totalCount: number | null;
}

/** The reads of all callers of a gateway. Only reads of the same principal are joined. */
export interface TaskReads {
  byId(caller: Caller, id: string): Promise<TaskStatus | null>;
  list(caller: Caller, query: ListQuery): Promise<TaskRows>;
  pending(caller: Caller, query: ListQuery): Promise<TaskRows>;
  pendingTotal(caller: Caller): Promise<number | null>;
  /** Call it when an update of the task is sent, and again when it is answered. */
  invalidate(principal: Principal, id: string): void;
}

/** Reads the rows of a list. Those without an id are logged. */
export function toTaskRows({ rows: wires, totalCount }: WireTaskList, log: Log, now: () => number): TaskRows {
  const rows = wires.map((wire) => readTaskStatus(wire, now));
  const unnamed = rows.filter((task) => task === undefined).length;
  if (unnamed > 0) log.warn({ rows: unnamed }, 'rows without an id were left out');
  return { rows, totalCount };
}

/**
 * Reads a list whose tasks are known by their ids.
 * @throws UpstreamError `bad_response` if the body is empty, which doesn't say that there are none.
 */
export async function readTaskList(
  api: TaskStatusApi,
  query: ListQuery,
  caller: Caller,
  log: Log,
  now: () => number,
): Promise<TaskStatus[]> {
  const list = await api.getTaskStatusList(query, caller);
  if (list.isEmpty) throw new UpstreamError({ failure: 'bad_response', text: 'the answer is empty' });
  return toTaskRows(list, log, now).rows.filter((task) => task !== undefined);
}

/** How a loader reads the tasks of one principal. */
export function loaderReads(
  api: TaskStatusApi,
  caller: Pick<Caller, 'principal' | 'isBackground'>,
  log: Log,
  now: () => number,
): LoaderReads {
  return {
    async one(id, read) {
      const task = readTaskStatus(await api.getTaskStatus(id, { ...read, ...caller }), now);
      if (task === undefined)
        throw new UpstreamError({ failure: 'bad_response', text: 'the task has no id' });
      return task;
    },
    list: (filters, read) => readTaskList(api, { filters }, { ...read, ...caller }, log, now),
  };
}

/** Called with the tasks that a principal has read. */
type OnRead = (principal: Principal, tasks: readonly (TaskStatus | null | undefined)[]) => void;

/**
 * `places` returns the places of the rate limit that a principal's calls could take; undefined if there is no limit.
 */
export function createTaskReads(
  api: TaskStatusApi,
  log: Log,
  clock: Clock,
  places: (principal: Principal) => Places | undefined,
  onRead: OnRead,
): TaskReads {
  const coalescing = createRequestCoalescing((principal) =>
    createTaskStatusLoader(
      api.version,
      reportingReads(loaderReads(api, { principal }, log, clock.now), principal, onRead),
      createBatchScheduler(clock, () => places(principal)),
    ),
  );
  const toRows = ({ principal }: Caller, list: WireTaskList): TaskRows => {
    const page = toTaskRows(list, log, clock.now);
    onRead(principal, page.rows);
    return page;
  };

  return {
    byId: coalescing.lookUp,
    list: (caller, query) =>
      coalescing.read(caller, `list ${JSON.stringify(query)}`, async (shared) =>
        toRows(shared, await api.getTaskStatusList(query, shared)),
      ),
    pending: (caller, query) =>
      coalescing.read(caller, `pending ${JSON.stringify(query)}`, async (shared) =>
        toRows(shared, await api.getPendingTasks(query, shared)),
      ),
    pendingTotal: (caller) =>
      coalescing.read(caller, 'pending total', (shared) => api.getPendingTaskHeaders(shared)),
    invalidate: coalescing.invalidate,
  };
}

/** The same reads. Each reports what it read. */
function reportingReads(reads: LoaderReads, principal: Principal, onRead: OnRead): LoaderReads {
  return {
    async one(id, read) {
      const task = await reads.one(id, read);
      onRead(principal, [task]);
      return task;
    },
    async list(filters, read) {
      const tasks = await reads.list(filters, read);
      onRead(principal, tasks);
      return tasks;
    },
  };
}
