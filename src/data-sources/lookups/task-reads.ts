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
import { createTaskStatusLoader } from './task-status.loader.js';

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

/**
 * `places` returns the places of the rate limit that a principal's calls could take; undefined if there is no limit.
 */
export function createTaskReads(
  api: TaskStatusApi,
  log: Log,
  clock: Clock,
  places: (principal: Principal) => Places | undefined,
): TaskReads {
  const coalescing = createRequestCoalescing((principal) =>
    createTaskStatusLoader(
      api.version,
      {
        one: async (id, read) => {
          const task = readTaskStatus(await api.getTaskStatus(id, { principal, ...read }), clock.now);
          if (task === undefined)
            throw new UpstreamError({ failure: 'bad_response', text: 'the task has no id' });
          return task;
        },
        list: async (filters, read) => {
          const list = await api.getTaskStatusList({ filters }, { principal, ...read });
          if (list.isEmpty) throw new UpstreamError({ failure: 'bad_response', text: 'the answer is empty' });
          return toRows(list).rows.filter((task) => task !== undefined);
        },
      },
      createBatchScheduler(clock, () => places(principal)),
    ),
  );

  function toRows({ rows: wires, totalCount }: WireTaskList): TaskRows {
    const rows = wires.map((wire) => readTaskStatus(wire, clock.now));
    const unnamed = rows.filter((task) => task === undefined).length;
    if (unnamed > 0) log.warn({ rows: unnamed }, 'rows without an id were left out');
    return { rows, totalCount };
  }

  return {
    byId: coalescing.lookUp,
    list: (caller, query) =>
      coalescing.read(caller, `list ${JSON.stringify(query)}`, async (shared) =>
        toRows(await api.getTaskStatusList(query, shared)),
      ),
    pending: (caller, query) =>
      coalescing.read(caller, `pending ${JSON.stringify(query)}`, async (shared) =>
        toRows(await api.getPendingTasks(query, shared)),
      ),
    pendingTotal: (caller) =>
      coalescing.read(caller, 'pending total', (shared) => api.getPendingTaskHeaders(shared)),
    invalidate: coalescing.invalidate,
  };
}
