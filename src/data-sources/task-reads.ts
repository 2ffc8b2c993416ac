import type { TaskStatus } from '../model/task-status.model.js';
import { readTaskStatus } from '../translation/task-status.reader.js';
import type {
  Authorization,
  Caller,
  ListQuery,
  TaskStatusApi,
  WireTaskList,
} from '../upstream/task-status.api.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import type { Log } from '../telemetry/logger.js';
import { createSharedReads } from './shared-reads.js';
import { createTaskStatusLoader } from './task-status.loader.js';

/** Rows of a list, in its order: undefined where one has no id. `totalCount` is null where it was not said. */
export interface TaskRows {
  readonly rows: readonly (TaskStatus | undefined)[];
  readonly totalCount: number | null;
}

/** What a gateway reads of the upstream for its callers, each with its own token and no two of them together. */
export interface TaskReads {
  byId(caller: Caller, id: string): Promise<TaskStatus | null>;
  list(caller: Caller, query: ListQuery): Promise<TaskRows>;
  pending(caller: Caller, query: ListQuery): Promise<TaskRows>;
  pendingTotal(caller: Caller): Promise<number | null>;
  /** To be called when an update of the task is sent, and again when it is answered. */
  forget(authorization: Authorization, id: string): void;
}

/**
 * The reads of a gateway. Those of one caller that are under way at the same time are joined or shared. `gather` calls
 * back when joined look-ups should be sent.
 */
export function createTaskReads(
  api: TaskStatusApi,
  log: Log,
  now: () => number,
  gather: (authorization: Authorization, send: () => void) => void = (_, send) => {
    send();
  },
): TaskReads {
  const shared = createSharedReads((authorization) =>
    createTaskStatusLoader(
      api.version,
      {
        one: async (id, scope) => {
          const task = readTaskStatus(await api.getTaskStatus(id, { authorization, scope }), now);
          if (task === undefined)
            throw new UpstreamError({ failure: 'bad_response', text: 'the task has no id' });
          return task;
        },
        list: async (filters, scope) => {
          const list = await api.getTaskStatusList({ filters }, { authorization, scope });
          if (list.isEmpty) throw new UpstreamError({ failure: 'bad_response', text: 'the answer is empty' });
          return toRows(list).rows.filter((task) => task !== undefined);
        },
      },
      (send) => {
        gather(authorization, send);
      },
    ),
  );

  function toRows({ rows: wires, totalCount }: WireTaskList): TaskRows {
    const rows = wires.map((wire) => readTaskStatus(wire, now));
    const unnamed = rows.filter((task) => task === undefined).length;
    if (unnamed > 0) log.warn({ rows: unnamed }, 'rows without an id were left out');
    return { rows, totalCount };
  }

  return {
    byId: shared.lookUp,
    list: (caller, query) =>
      shared.read(caller, `list ${JSON.stringify(query)}`, async (together) =>
        toRows(await api.getTaskStatusList(query, together)),
      ),
    pending: (caller, query) =>
      shared.read(caller, `pending ${JSON.stringify(query)}`, async (together) =>
        toRows(await api.getPendingTasks(query, together)),
      ),
    pendingTotal: (caller) =>
      shared.read(caller, 'pending total', (together) => api.getPendingTaskHeaders(together)),
    forget: shared.forget,
  };
}
