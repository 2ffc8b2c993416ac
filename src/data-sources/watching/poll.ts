import type { TaskStatus } from '../../model/task-status.model.js';
import { callsOf, type CallRecord } from '../../telemetry/call-record.js';
import type { Log } from '../../telemetry/logger.js';
import { PENDING, toSelection } from '../../translation/filter.translator.js';
import { MAX_ROWS } from '../../translation/page.translator.js';
import { createCallScope } from '../../upstream/call-scope.js';
import type { Clock } from '../../upstream/clock.js';
import type { Caller, ListQuery, TaskStatusApi } from '../../upstream/task-status.api.js';
import { loaderReads, readTaskList, toTaskRows } from '../lookups/task-reads.js';
import { createTaskStatusLoader } from '../lookups/task-status.loader.js';
import { readAll } from '../offset-list.js';

/** The reads of one poll. Any of them may throw. */
export interface Poll {
  pending(): Promise<readonly TaskStatus[]>;
  /** In the order of the ids. Null if the upstream has no such task. */
  byIds(ids: readonly string[]): Promise<readonly (TaskStatus | Error | null)[]>;
  /** The newest tasks of the list, in any state. */
  newest(): Promise<readonly TaskStatus[]>;
  /** Calls that it took so far. */
  readonly calls: number;
  /** Aborts the calls in flight. Called once it is over as well. */
  end(): void;
}

/** What polls need. */
export interface PollOptions {
  readonly api: TaskStatusApi;
  readonly log: Log;
  readonly clock: Clock;
  /** How long one poll may take. */
  readonly pollDeadlineMs: number;
}

/** Begins a poll. All of its reads have one deadline. */
export function createPoll(
  { api, log, clock, pollDeadlineMs }: PollOptions,
  who: Pick<Caller, 'principal' | 'isBackground'>,
): Poll {
  const calls: CallRecord = [];
  const scope = createCallScope(clock.now() + pollDeadlineMs, clock);
  const caller = { ...who, scope, calls };
  const loader = createTaskStatusLoader(api.version, loaderReads(api, who, log, clock.now), {
    schedule: (send) => setImmediate(send),
    watch: (call) => call,
  });
  const selection = toSelection(PENDING, api.version);
  const pendingPage = async (query: ListQuery): Promise<readonly (TaskStatus | undefined)[]> => {
    const list =
      selection.from === 'list'
        ? api.getTaskStatusList({ ...query, filters: selection.filters }, caller)
        : api.getPendingTasks(query, caller);
    return toTaskRows(await list, log, clock.now).rows;
  };
  return {
    pending: () =>
      readAll({
        async slice(offset, size) {
          const rows = await pendingPage({ limit: size, offset: offset > 0 ? offset : undefined });
          return { offset, rows, total: null, ended: rows.length < size };
        },
        total: () => Promise.resolve(null),
      }),
    byIds: (ids) => loader.loadMany(ids.map((id) => ({ id, read: { scope, calls } }))),
    newest: () => readTaskList(api, { limit: MAX_ROWS, sorters: '-created' }, caller, log, clock.now),
    get calls() {
      return callsOf(calls).length;
    },
    end() {
      scope.abort();
    },
  };
}
