import type { RateLimit } from '../../config.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { callsOf, type CallRecord } from '../../telemetry/call-record.js';
import type { Log } from '../../telemetry/logger.js';
import { MAX_ROWS } from '../../translation/page.translator.js';
import { toMatch, type TaskFilter } from '../../translation/filter.translator.js';
import { createCallScope } from '../../upstream/call-scope.js';
import type { Clock } from '../../upstream/clock.js';
import type { Principal } from '../../upstream/principal.js';
import type { Caller, ListQuery, TaskStatusApi } from '../../upstream/task-status.api.js';
import { UpstreamError } from '../../upstream/upstream-error.js';
import { loaderReads, toTaskRows } from '../lookups/task-reads.js';
import { createTaskStatusLoader } from '../lookups/task-status.loader.js';
import { readAll } from '../offset-list.js';
import { pollIntervalMs } from './poll-interval.js';
import { PrincipalWatcher, type Poll } from './principal-watcher.js';
import type { TaskViewer } from './task-viewer.js';

/** Who watches what. A principal's viewers share one poll, and see nothing of another principal. */
export interface TaskWatchers {
  /** Watches the tasks that match, and, with `ids`, only those. @throws GraphQLError `BAD_USER_INPUT` */
  watch(principal: Principal, filter: TaskFilter, ids: readonly string[] | undefined): TaskViewer;
  /** Shows a principal's viewers what its other reads and updates brought. */
  learn(principal: Principal, tasks: readonly (TaskStatus | null | undefined)[]): void;
  /** Polls soon for each principal that watches. */
  pollSoon(): void;
}

export interface WatchersOptions {
  readonly api: TaskStatusApi;
  readonly log: Log;
  readonly clock: Clock;
  /** Undefined is no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** How long one poll may take. */
  readonly pollDeadlineMs: number;
}

interface Entry {
  readonly principal: Principal;
  readonly watcher: PrincipalWatcher;
}

/** Keeps a watcher for each principal with viewers, and for an interval after the last one left. */
export function createTaskWatchers(options: WatchersOptions): TaskWatchers {
  const { clock, rateLimit } = options;
  const entries = new Map<string, Entry>();

  function watcherOf(principal: Principal): PrincipalWatcher {
    const known = entries.get(principal.key);
    if (known) return known.watcher;
    const sharers = (): number =>
      [...entries.values()].filter((entry) => entry.principal.oauthClient === principal.oauthClient).length;
    const watcher = new PrincipalWatcher({
      clock,
      startPoll: (isForeground) => createPoll(options, { principal, isBackground: !isForeground }),
      intervalMs: (running, calls) => pollIntervalMs({ running, calls, principals: sharers() }, rateLimit),
      onIdle: () => entries.delete(principal.key),
    });
    entries.set(principal.key, { principal, watcher });
    return watcher;
  }

  return {
    watch(principal, filter, ids) {
      const watch = { ids: ids && new Set(ids), matches: toMatch(filter) };
      return watcherOf(principal).add(JSON.stringify([filter, ids ?? null]), watch);
    },
    learn(principal, tasks) {
      entries.get(principal.key)?.watcher.learn(tasks.filter((task) => task !== null && task !== undefined));
    },
    pollSoon() {
      for (const { watcher } of entries.values()) watcher.pollSoon();
    },
  };
}

/** The reads of one poll, under one deadline. */
function createPoll(
  { api, log, clock, pollDeadlineMs }: WatchersOptions,
  who: Pick<Caller, 'principal' | 'isBackground'>,
): Poll {
  const calls: CallRecord = [];
  const scope = createCallScope(clock.now() + pollDeadlineMs, clock);
  const caller = { ...who, scope, calls };
  const loader = createTaskStatusLoader(api.version, loaderReads(api, who, log, clock.now), {
    schedule: (send) => setImmediate(send),
    watch: (call) => call,
  });
  const { listHoldsPending } = api.version;
  const pendingPage = async (query: ListQuery): Promise<readonly (TaskStatus | undefined)[]> => {
    const list = listHoldsPending
      ? api.getTaskStatusList({ ...query, filters: 'completionStatus isnull' }, caller)
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
    async newest() {
      const list = await api.getTaskStatusList({ limit: MAX_ROWS, sorters: '-created' }, caller);
      if (list.isEmpty) throw new UpstreamError({ failure: 'bad_response', text: 'the answer is empty' });
      return toTaskRows(list, log, clock.now).rows.filter((task) => task !== undefined);
    },
    get calls() {
      return callsOf(calls).length;
    },
    end() {
      scope.abort();
    },
  };
}
