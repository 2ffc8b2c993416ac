import { GraphQLError } from 'graphql';
import type { RateLimit } from '../../config.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { MAX_FILTER_BYTES } from '../../translation/filter.grammar.js';
import { toMatch, type TaskFilter } from '../../translation/filter.translator.js';
import { checkId } from '../../translation/id.translator.js';
import { badUserInput } from '../../translation/user-input-error.js';
import type { Watch } from '../../translation/task-changes.js';
import { atTime } from '../../upstream/clock.js';
import type { Principal } from '../../upstream/principal.js';
import { Audience } from './audience.js';
import { createPoll, type PollOptions } from './poll.js';
import { pollIntervalMs } from './poll-interval.js';
import { PrincipalWatcher } from './principal-watcher.js';
import { TaskViewer } from './task-viewer.js';

/** Who watches what. A principal's viewers share one poll, and see nothing of another principal. */
export interface TaskWatchers {
  /**
   * Watches the tasks that match, and, with `ids`, only those.
   * @throws GraphQLError `BAD_USER_INPUT`; `OPERATION_TOO_COSTLY` over a limit; `UNAUTHENTICATED` if the token has
   * expired; `OVERLOADED` while the gateway stops
   */
  watch(principal: Principal, filter: TaskFilter, ids: readonly string[] | undefined): TaskViewer;
  /** Shows a principal's viewers what its other reads and updates brought. */
  learn(principal: Principal, tasks: readonly (TaskStatus | null | undefined)[]): void;
  /** Polls soon for each principal that watches. */
  pollSoon(): void;
  /** Ends all events with `OVERLOADED`. From then on, nothing is watched. */
  stop(): void;
}

export interface WatchersOptions extends PollOptions {
  /** Undefined is no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** Most ids that a viewer may name. */
  readonly maxIds: number;
  /** Most viewers. */
  readonly maxViewers: number;
  /** Most viewers of one principal. */
  readonly maxViewersPerPrincipal: number;
}

/** How long a count of principals holds. */
const COUNT_MS = 1_000;

interface Entry {
  readonly principal: Principal;
  readonly watcher: PrincipalWatcher;
}

/** Keeps a watcher for each principal with viewers, and for an interval after the last one left. */
export function createTaskWatchers(options: WatchersOptions): TaskWatchers {
  return new Watchers(options);
}

class Watchers implements TaskWatchers {
  private readonly entries = new Map<string, Entry>();
  private viewers = 0;
  /** Principals that poll, by OAuth client. */
  private readonly sharers = new Map<string, number>();
  private countedAt = -Infinity;
  private isStopped = false;

  constructor(private readonly options: WatchersOptions) {}

  watch(principal: Principal, filter: TaskFilter, ids: readonly string[] | undefined): TaskViewer {
    if (this.isStopped) throw stopping();
    const asText = JSON.stringify(filter);
    if (asText.length > MAX_FILTER_BYTES)
      throw badUserInput('filter', `must not be longer than ${MAX_FILTER_BYTES} characters`);
    if (principal.expiresAt <= this.options.clock.now()) throw expired();
    const watch = { ids: ids && this.checkIds(ids), matches: toMatch(filter) };
    if (ids?.length === 0) return endedViewer(watch);
    this.checkLimits(principal);
    this.viewers += 1;
    return this.watcherOf(principal).add(`${asText} ${JSON.stringify(ids)}`, watch);
  }

  learn(principal: Principal, tasks: readonly (TaskStatus | null | undefined)[]): void {
    this.entries
      .get(principal.key)
      ?.watcher.learn(tasks.filter((task) => task !== null && task !== undefined));
  }

  pollSoon(): void {
    for (const { watcher } of this.entries.values()) watcher.pollSoon();
  }

  stop(): void {
    this.isStopped = true;
    for (const { watcher } of this.entries.values()) watcher.end(stopping());
  }

  private checkIds(ids: readonly string[]): Set<string> {
    const { maxIds } = this.options;
    if (ids.length > maxIds) throw tooCostly(`Argument "ids" must hold at most ${maxIds} ids.`, 'lookups');
    return new Set(ids.map((id, index) => checkId(id, `ids[${index}]`)));
  }

  private checkLimits({ key }: Principal): void {
    const { maxViewers, maxViewersPerPrincipal } = this.options;
    if (this.viewers >= maxViewers)
      throw tooCostly(`This gateway keeps at most ${maxViewers} streams open.`, 'streams');
    if ((this.entries.get(key)?.watcher.size ?? 0) >= maxViewersPerPrincipal)
      throw tooCostly(
        `This gateway keeps at most ${maxViewersPerPrincipal} streams open for one access token.`,
        'streams',
      );
  }

  private watcherOf(principal: Principal): PrincipalWatcher {
    const known = this.entries.get(principal.key);
    if (known) return known.watcher;
    const { clock, rateLimit } = this.options;
    const watcher = new PrincipalWatcher({
      clock,
      startPoll: (isForeground) => createPoll(this.options, { principal, isBackground: !isForeground }),
      lateMs: this.options.pollDeadlineMs,
      intervalMs: (running, calls) =>
        pollIntervalMs({ running, calls, principals: this.sharersOf(principal) }, rateLimit),
      onLeave: () => {
        this.viewers -= 1;
      },
      onIdle: () => {
        cancelExpiry();
        if (this.entries.get(principal.key)?.watcher === watcher) this.entries.delete(principal.key);
      },
    });
    const cancelExpiry = atTime(clock, principal.expiresAt, () => {
      watcher.end(expired());
    });
    this.entries.set(principal.key, { principal, watcher });
    return watcher;
  }

  /** Principals with viewers that share the OAuth client, this one included. Counted at most once a second. */
  private sharersOf({ oauthClient }: Principal): number {
    const now = this.options.clock.now();
    if (now >= this.countedAt + COUNT_MS || now < this.countedAt) {
      this.countedAt = now;
      this.sharers.clear();
      for (const { principal, watcher } of this.entries.values())
        // A token that was not accepted yet must not slow others down.
        if (watcher.isPolling)
          this.sharers.set(principal.oauthClient, (this.sharers.get(principal.oauthClient) ?? 0) + 1);
    }
    return Math.max(1, this.sharers.get(oauthClient) ?? 0);
  }
}

/** A viewer without events. */
function endedViewer(watch: Watch): TaskViewer {
  const viewer = new TaskViewer(new Audience(watch), () => undefined);
  viewer.complete();
  return viewer;
}

function tooCostly(message: string, limit: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COSTLY', limit } });
}

function expired(): GraphQLError {
  return new GraphQLError('The access token has expired. Sign in again.', {
    extensions: { code: 'UNAUTHENTICATED' },
  });
}

function stopping(): GraphQLError {
  return new GraphQLError('This gateway is stopping. Subscribe again.', {
    extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 },
  });
}
