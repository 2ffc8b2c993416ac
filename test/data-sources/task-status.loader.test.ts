import { describe, expect, test } from '@jest/globals';
import type { TaskStatus } from '../../src/model/task-status.model.js';
import { RequestCache } from '../../src/data-sources/lookups/request-cache.js';
import { createBatchScheduler } from '../../src/data-sources/lookups/batch-scheduler.js';
import {
  createTaskStatusLoader,
  type LoaderReads,
} from '../../src/data-sources/lookups/task-status.loader.js';
import { apiVersionNames, apiVersions, type ApiVersionName } from '../../src/upstream/api-version.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import { taskOf } from './shifting-list.js';
import { endless } from '../support/callers.js';

const completedOnly = ['beta', 'v2024'] as const;
const holdingAll = ['v2025', 'v2026', 'v1'] as const;
const idsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `id${index}`);
const status = (code: number): UpstreamError => new UpstreamError({ failure: 'status', status: code });

/** A loader with a per-request cache in front of it, as an operation has. */
type CachedLoader = RequestCache & {
  loadMany(ids: readonly string[]): Promise<(TaskStatus | Error | null)[]>;
};

class Upstream {
  readonly lists: string[][] = [];
  readonly singles: string[] = [];
  readonly listed = new Map<string, TaskStatus>();
  readonly pending = new Map<string, TaskStatus>();
  readonly failing = new Map<string, Error>();
  listFails: (ids: readonly string[]) => Error | undefined = () => undefined;
  inFlight = 0;
  mostInFlight = 0;

  loader(version: ApiVersionName): CachedLoader {
    const reads: LoaderReads = {
      list: async (filters) => {
        const ids = [...filters.matchAll(/"([^"]*)"/g)].map(([, id]) => id ?? '');
        expect(filters).toBe(`id in (${ids.map((id) => `"${id}"`).join(',')})`);
        this.lists.push(ids);
        await Promise.resolve();
        const failure = this.listFails(ids);
        if (failure !== undefined) throw failure;
        const folded = new Set(ids.map((id) => id.toLowerCase()));
        return [...this.listed.values()].filter(({ id }) => folded.has(id.toLowerCase())).reverse();
      },
      one: async (id) => {
        this.singles.push(id);
        this.inFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
        await new Promise(setImmediate);
        this.inFlight -= 1;
        const failure = this.failing.get(id);
        if (failure !== undefined) throw failure;
        const task = this.listed.get(id) ?? this.pending.get(id);
        if (task === undefined) throw status(404);
        return task;
      },
    };
    const loader = createTaskStatusLoader(
      apiVersions[version],
      reads,
      createBatchScheduler({ now: Date.now, after: afterRealTime }, () => undefined),
    );
    const memo = new RequestCache((id) => loader.load({ id, read: { scope: endless, calls: [] } }));
    const loadMany = (ids: readonly string[]): Promise<(TaskStatus | Error | null)[]> =>
      Promise.all(ids.map((id) => memo.load(id).catch((error: unknown) => error as Error)));
    return Object.assign(memo, { loadMany });
  }

  static of(listed: readonly string[], pending: readonly string[] = []): Upstream {
    const upstream = new Upstream();
    for (const id of listed) upstream.listed.set(id, taskOf(id));
    for (const id of pending) upstream.pending.set(id, taskOf(id));
    return upstream;
  }
}

describe.each(apiVersionNames)('lookups in API version %s', (version) => {
  test('of one id cost one call by id', async () => {
    const upstream = Upstream.of(['a']);
    expect(await upstream.loader(version).load('a')).toMatchObject({ id: 'a' });
    expect(upstream).toMatchObject({ singles: ['a'], lists: [] });
  });

  test.each([
    [2, [2]],
    [50, [50]],
    [100, [100]],
    [250, [100, 100, 50]],
  ])('of %i listed ids cost %j ids a list, and every id gets its own', async (count, lengths) => {
    const ids = idsOf(count);
    const upstream = Upstream.of(ids);
    const answers = await upstream.loader(version).loadMany([...ids, ...ids]);
    expect(answers.map((answer) => answer && 'id' in answer && answer.id)).toEqual([...ids, ...ids]);
    expect(upstream.lists.map((list) => list.length)).toEqual(lengths);
    expect(upstream.singles).toEqual([]);
  });

  test('of an unknown id are null, alone or among others', async () => {
    const upstream = Upstream.of(['a', 'b']);
    expect(await upstream.loader(version).load('x')).toBeNull();
    expect(await upstream.loader(version).loadMany(['a', 'x', 'b'])).toMatchObject([
      { id: 'a' },
      null,
      { id: 'b' },
    ]);
  });

  test('that differ in case only get the answer that each gets alone', async () => {
    const upstream = Upstream.of(['abc']);
    const alone = await upstream.loader(version).loadMany(['abc']);
    expect(await upstream.loader(version).load('ABC')).toBeNull();
    expect(await upstream.loader(version).loadMany(['ABC', 'abc'])).toEqual([null, ...alone]);
  });

  test('of an id in other casing get what an upstream that heeds no case gives each alone', async () => {
    const upstream = Upstream.of(['abc', 'x'], []);
    upstream.pending.set('ABC', taskOf('abc'));
    expect(await upstream.loader(version).load('ABC')).toMatchObject({ id: 'abc' });
    expect(await upstream.loader(version).loadMany(['x', 'ABC'])).toMatchObject([{ id: 'x' }, { id: 'abc' }]);
  });

  test.each([400, 404, 414])('whose list is refused with %i are made one by one', async (code) => {
    const upstream = Upstream.of(['a', 'b']);
    upstream.listFails = () => status(code);
    expect(await upstream.loader(version).loadMany(['a', 'x', 'b'])).toMatchObject([
      { id: 'a' },
      null,
      { id: 'b' },
    ]);
    expect(upstream.lists).toHaveLength(1);
    expect(upstream.singles).toEqual(['a', 'x', 'b']);
  });

  test.each([401, 403, 429, 500, 504])('fail with their own list only on %i', async (code) => {
    const ids = idsOf(150);
    const upstream = Upstream.of(ids);
    const failure = status(code);
    upstream.listFails = (run) => (run.includes('id0') ? failure : undefined);
    const answers = await upstream.loader(version).loadMany(ids);
    expect(answers.filter((answer) => answer === failure)).toHaveLength(100);
    expect(answers.slice(100).every((answer) => answer !== null && 'id' in answer)).toBe(true);
    expect(upstream.singles).toEqual([]);
  });

  test('fail one by one where they are made so', async () => {
    const upstream = Upstream.of(['a', 'bad', 'c']);
    upstream.listFails = () => status(400);
    const failure = status(403);
    upstream.failing.set('bad', failure);
    expect(await upstream.loader(version).loadMany(['a', 'bad', 'c'])).toMatchObject([
      { id: 'a' },
      failure,
      { id: 'c' },
    ]);
  });

  test('of a task that a list has brought cost nothing', async () => {
    const upstream = Upstream.of([]);
    const loader = upstream.loader(version);
    loader.add([taskOf('a')]);
    expect(await loader.load('a')).toMatchObject({ id: 'a' });
    expect(upstream).toMatchObject({ singles: [], lists: [] });
  });
});

describe.each(completedOnly)('where the list holds completed tasks only, as in %s,', (version) => {
  test('ids that it lacks are looked up alone, at most eight at a time', async () => {
    const pending = idsOf(40);
    const upstream = Upstream.of(['done'], pending);
    const answers = await upstream.loader(version).loadMany(['done', ...pending, 'gone']);
    expect(answers.map((answer) => answer && 'id' in answer && answer.id)).toEqual([
      'done',
      ...pending,
      null,
    ]);
    expect(upstream.lists).toHaveLength(1);
    expect(upstream.singles).toEqual([...pending, 'gone']);
    expect(upstream.mostInFlight).toBe(8);
  });

  test('eight is the bound over all lists together', async () => {
    const upstream = Upstream.of([], idsOf(220));
    await upstream.loader(version).loadMany(idsOf(220));
    expect(upstream.mostInFlight).toBe(8);
    expect(upstream.singles).toHaveLength(220);
  });

  test('the failure of one of them is no other’s', async () => {
    const upstream = Upstream.of(['done'], ['p', 'q']);
    const failure = status(429);
    upstream.failing.set('p', failure);
    expect(await upstream.loader(version).loadMany(['done', 'p', 'q'])).toMatchObject([
      { id: 'done' },
      failure,
      { id: 'q' },
    ]);
  });
});

test.each(holdingAll)(
  'where the list holds all tasks, as in %s, ids that it lacks are null at once',
  async (version) => {
    const upstream = Upstream.of(['a', 'b']);
    expect(await upstream.loader(version).loadMany(['a', 'x', 'b'])).toMatchObject([
      { id: 'a' },
      null,
      { id: 'b' },
    ]);
    expect(upstream.singles).toEqual([]);
  },
);
