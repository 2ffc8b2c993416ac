import type { RateLimit } from '../../config.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { toMatch, type TaskFilter } from '../../translation/filter.translator.js';
import type { Principal } from '../../upstream/principal.js';
import { createPoll, type PollOptions } from './poll.js';
import { pollIntervalMs } from './poll-interval.js';
import { PrincipalWatcher } from './principal-watcher.js';
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

export interface WatchersOptions extends PollOptions {
  /** Undefined is no limit. */
  readonly rateLimit: RateLimit | undefined;
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
