import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTaskWatchers, type TaskWatchers } from '../../src/data-sources/watching/task-watchers.js';
import type { TaskViewer } from '../../src/data-sources/watching/task-viewer.js';
import { TaskState } from '../../src/model/enums.js';
import { readFilter } from '../../src/translation/filter.translator.js';
import { apiVersions, type ApiVersionName } from '../../src/upstream/api-version.js';
import type { Principal } from '../../src/upstream/principal.js';
import type { Caller, ListQuery, TaskStatusApi, WireTaskList } from '../../src/upstream/task-status.api.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import type { WireTaskStatus } from '../../src/upstream/wire.js';
import { silentLog } from '../support/silent-log.js';
import { VirtualClock } from '../support/virtual-clock.js';

const LAUNCHED = '2026-01-01T00:00:00.000Z';
const running = (id: string, launcher: string, percentComplete = 0): WireTaskStatus => ({
  id,
  launcher,
  launched: LAUNCHED,
  percentComplete,
});
const ended = (id: string, launcher: string): WireTaskStatus => ({
  ...running(id, launcher),
  completed: LAUNCHED,
  completionStatus: 'SUCCESS',
});
const principal = (key: string, oauthClient = key): Principal => ({
  key,
  oauthClient,
  authorization: key,
  expiresAt: Infinity,
});

/** Rows by principal. */
let rows: Map<string, WireTaskStatus[]>;
let calls: string[];
let failing: Set<string>;
let clock: VirtualClock;

/** An upstream that answers each principal from rows of its own. */
function apiOf(name: ApiVersionName): TaskStatusApi {
  const answer = async (
    what: string,
    { principal: { key }, isBackground }: Caller,
  ): Promise<WireTaskStatus[]> => {
    calls.push(`${what}${isBackground ? '' : '!'}`);
    await Promise.resolve();
    if (failing.has(key)) throw new UpstreamError({ failure: 'connection' });
    return rows.get(key) ?? [];
  };
  const list = (found: WireTaskStatus[], { limit = 250, offset = 0 }: ListQuery): WireTaskList => ({
    rows: found.slice(offset, offset + limit),
    totalCount: null,
    isEmpty: false,
  });
  const isPending = ({ completionStatus }: WireTaskStatus): boolean => completionStatus === undefined;
  return {
    version: apiVersions[name],
    async getTaskStatus(id, caller) {
      const task = (await answer(`one ${id}`, caller)).find((row) => row.id === id);
      if (task === undefined) throw new UpstreamError({ failure: 'status', status: 404 });
      return task;
    },
    async getTaskStatusList(query, caller) {
      const { filters = '', sorters } = query;
      const all = await answer(filters === '' ? `list ${sorters ?? ''}` : `list ${filters}`, caller);
      if (filters.startsWith('id in'))
        return list(
          all.filter(({ id }) => filters.includes(`"${String(id)}"`)),
          query,
        );
      return list(filters === '' ? all : all.filter(isPending), query);
    },
    getPendingTasks: async (query, caller) =>
      list((await answer('pending', caller)).filter(isPending), query),
    getPendingTaskHeaders: () => Promise.resolve(null),
    updateTaskStatus: () => Promise.resolve(undefined),
  };
}

function watchersOn(version: ApiVersionName): TaskWatchers {
  const rateLimit = { calls: 100, windowMs: 10_000 };
  return createTaskWatchers({
    api: apiOf(version),
    log: silentLog,
    clock,
    rateLimit,
    pollDeadlineMs: 5_000,
    maxIds: 250,
    maxViewers: 1_000,
    maxViewersPerPrincipal: 1_000,
  });
}

/** Collects the rows that a viewer is told, the latest of each task. */
function follow(viewer: TaskViewer): Map<string, string> {
  const seen = new Map<string, string>();
  void (async () => {
    try {
      for await (const { changed, gone } of viewer) {
        for (const { id, launcher, percentComplete, state } of changed)
          seen.set(id, `${launcher ?? ''} ${state === TaskState.RUNNING ? (percentComplete ?? 0) : state}`);
        for (const id of gone) seen.set(id, 'gone');
      }
    } catch {
      seen.set('failed', 'yes');
    }
  })();
  return seen;
}

beforeEach(() => {
  rows = new Map();
  calls = [];
  failing = new Set();
  clock = new VirtualClock();
});

describe('watchers', () => {
  test.each<[ApiVersionName, string]>([
    ['beta', 'pending'],
    ['v2024', 'pending'],
    ['v2025', 'list completionStatus isnull'],
    ['v2026', 'list completionStatus isnull'],
    ['v1', 'list completionStatus isnull'],
  ])('on %s poll by %s, in the background once the first viewer is served', async (version, call) => {
    rows.set('p', [running('a', 'p'), ended('old', 'p')]);
    const seen = follow(watchersOn(version).watch(principal('p'), readFilter(undefined), undefined));
    await clock.advance(4_000);
    expect(calls).toEqual([`${call}!`, 'list -created', call, call]);
    expect([...seen]).toEqual([['a', 'p 0']]);
  });

  test('look up what has left the list: by one list if the version’s list has it, else alone', async () => {
    for (const [version, expected] of [
      ['v1', ['list id in ("a","b")']],
      ['beta', ['list id in ("a","b")']],
    ] as const) {
      rows.set('p', [running('a', 'p'), running('b', 'p')]);
      const viewer = watchersOn(version).watch(principal('p'), readFilter(undefined), undefined);
      const seen = follow(viewer);
      await clock.advance(0);
      rows.set('p', [ended('a', 'p'), ended('b', 'p')]);
      calls = [];
      await clock.advance(2_000);
      expect(calls.slice(1)).toEqual(expected);
      expect([...seen.values()]).toEqual(['p SUCCEEDED', 'p SUCCEEDED']);
      await viewer.return();
    }
  });

  test('match every filter of viewers on rows of one poll', async () => {
    rows.set('p', [
      { ...running('a', 'Ann'), target: { id: 's1', type: 'APPLICATION' } },
      { ...running('b', 'Bob'), uniqueName: 'Cloud Account Aggregation - x' },
    ]);
    const watchers = watchersOn('beta');
    const filters = [
      {},
      { launcher: { eq: 'bob' } },
      { sourceId: { in: ['S1'] } },
      { kind: { eq: 'CLOUD_ACCOUNT_AGGREGATION' as never } },
      { completionStatus: { isNull: false } },
    ];
    const seen = filters.map((filter) =>
      follow(watchers.watch(principal('p'), readFilter(filter), undefined)),
    );
    await clock.advance(0);
    expect(seen.map((each) => [...each.keys()].join())).toEqual(['a,b', 'b', 'a', 'b', '']);
    expect(calls).toEqual(['pending!', 'list -created']);
  });

  test('refuse to watch a kind that no field of a task shows', () => {
    const filter = readFilter({ kind: { in: ['CLOUD_REFRESH_ROLE' as never] } });
    expect(() => watchersOn('v1').watch(principal('p'), filter, undefined)).toThrow(
      /"filter.kind.in" must be/,
    );
  });

  test('poll principals that share an OAuth client more rarely the more there are', async () => {
    const watchers = watchersOn('v1');
    for (let index = 0; index < 50; index++) {
      rows.set(`p${index}`, [running('a', '')]);
      follow(watchers.watch(principal(`p${index}`, 'shared'), readFilter(undefined), undefined));
    }
    await clock.advance(30_000);
    calls = [];
    await clock.advance(100_000);
    expect(calls.length).toBeGreaterThan(400);
    expect(calls.length).toBeLessThanOrEqual(550);
  });

  test('are not slowed down by tokens that the upstream refuses', async () => {
    rows.set('p', [running('a', 'p')]);
    const watchers = watchersOn('v2025');
    follow(watchers.watch(principal('p', 'client'), readFilter(undefined), undefined));
    for (let forged = 0; forged < 500; forged++) {
      failing.add(`forged ${forged}`);
      follow(watchers.watch(principal(`forged ${forged}`, 'client'), readFilter(undefined), undefined));
    }
    await clock.advance(2_000);
    calls.length = 0;
    await clock.advance(10_000);
    expect(calls.filter((call) => call.startsWith('list completion'))).toHaveLength(5);
  });

  test('leave no timer and make no call once the last viewer is gone', async () => {
    const watchers = watchersOn('v1');
    rows.set('p', [running('a', 'p')]);
    const viewers = [1, 2].map(() => watchers.watch(principal('p'), readFilter(undefined), undefined));
    viewers.forEach(follow);
    await clock.advance(5_000);
    for (const viewer of viewers) await viewer.return();
    calls = [];
    await clock.advance(60_000);
    expect([calls, clock.timers]).toEqual([[], 0]);
  });
});

describe('a principal’s viewers', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('join' as const), who: fc.nat(49), named: fc.boolean() }),
    fc.record({ do: fc.constant('leave' as const), who: fc.nat(49) }),
    fc.record({ do: fc.constant('advance' as const), who: fc.nat(49) }),
    fc.record({ do: fc.constant('fail' as const), who: fc.nat(49) }),
    fc.record({ do: fc.constant('learn' as const), who: fc.nat(49) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(5_000) }),
  );

  test('see rows of their own principal alone, in any order of joins, polls, failures and updates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        rows = new Map();
        failing = new Set();
        clock = new VirtualClock();
        const watchers = watchersOn('v1');
        const viewers: { key: string; viewer: TaskViewer; seen: Map<string, string> }[] = [];
        for (let who = 0; who < 50; who++)
          rows.set(`p${who}`, [running('a', `p${who}`), running('b', `p${who}`)]);
        for (const each of steps) {
          if (each.do === 'wait') {
            await clock.advance(each.ms);
            continue;
          }
          const key = `p${each.who}`;
          if (each.do === 'join') {
            const viewer = watchers.watch(
              principal(key),
              readFilter(undefined),
              each.named ? ['a'] : undefined,
            );
            viewers.push({ key, viewer, seen: follow(viewer) });
          } else if (each.do === 'leave')
            await viewers[each.who % Math.max(1, viewers.length)]?.viewer.return();
          else if (each.do === 'advance') rows.set(key, [ended('a', key), running('b', key, 50)]);
          else if (each.do === 'fail') failing[failing.has(key) ? 'delete' : 'add'](key);
          else watchers.learn(principal(key), []);
        }
        failing.clear();
        await clock.advance(30_000);
        for (const { key, seen } of viewers)
          for (const [id, row] of seen)
            if (id !== 'failed' && row !== 'gone') expect(row.startsWith(`${key} `)).toBe(true);
        for (const { viewer } of viewers) await viewer.return();
        await clock.advance(30_000);
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
