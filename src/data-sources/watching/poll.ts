import type { TaskStatus } from '../../model/task-status.model.js';
import { callsOf, type CallRecord } from '../../telemetry/call-record.js';
import type { Log } from '../../telemetry/logger.js';
import { PENDING, toSelection } from '../../translation/filter.translator.js';
import { MAX_ROWS } from '../../translation/page.translator.js';
import { createCallScope } from '../../upstream/call-scope.js';
import type { Clock } from '../../upstream/clock.js';
import type { Caller, ListQuery, TaskStatusApi } from '../../upstream/task-status.api.js';
import { loaderReads, readTaskList, toTaskRows, type TaskRows } from '../lookups/task-reads.js';
import { createTaskStatusLoader } from '../lookups/task-status.loader.js';

/** The reads of one poll. Any of them may throw. */
export interface Poll {
  /** All pending tasks. If there were many, set `count`: the upstream then tells how many pages there are. */
  pending(count: boolean): Promise<readonly TaskStatus[]>;
  /** Null is a task that the upstream doesn't have. */
  byIds(ids: readonly string[]): Promise<ReadonlyMap<string, TaskStatus | Error | null>>;
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
  const pendingPage = async (query: ListQuery): Promise<TaskRows> => {
    const list =
      selection.from === 'list'
        ? api.getTaskStatusList({ ...query, filters: selection.filters }, caller)
        : api.getPendingTasks(query, caller);
    return toTaskRows(await list, log, clock.now);
  };
  return {
    async pending(count) {
      const tasks: TaskStatus[] = [];
      // A row that is lost between two pages has left the list for this poll, and is looked up.
      for (let offset = 0; ; offset += MAX_ROWS) {
        const page = { limit: MAX_ROWS, offset: offset > 0 ? offset : undefined, count: count || undefined };
        const { rows, totalCount } = await pendingPage(page);
        tasks.push(...rows.filter((task) => task !== undefined));
        if (rows.length < MAX_ROWS || offset + MAX_ROWS >= (totalCount ?? Infinity)) return tasks;
      }
    },
    async byIds(ids) {
      const answers = await loader.loadMany(ids.map((id) => ({ id, read: { scope, calls } })));
      return new Map(ids.map((id, index) => [id, answers[index] ?? null]));
    },
    newest: () => readTaskList(api, { limit: MAX_ROWS, sorters: '-created' }, caller, log, clock.now),
    get calls() {
      return callsOf(calls).length;
    },
    end() {
      scope.abort();
    },
  };
}
