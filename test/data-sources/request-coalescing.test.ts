import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTaskReads, type TaskReads } from '../../src/data-sources/lookups/task-reads.js';
import { apiVersions } from '../../src/upstream/api-version.js';
import { createCallScope, type AbortableScope, type CallScope } from '../../src/upstream/call-scope.js';
import type { Caller, TaskStatusApi } from '../../src/upstream/task-status.api.js';
import type { Places } from '../../src/upstream/rate-limiter.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import { as, principal } from '../support/callers.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { silentLog } from '../support/silent-log.js';

interface Call {
  readonly authorization: string | undefined;
  readonly ids: readonly string[];
  readonly scope: CallScope;
  answer(): void;
  /** Fails the call with a 503. */
  fail(): void;
}

/**
 * An upstream that answers calls when a test says so. The `launcher` of a row is who asked, its `progress` is the
 * edition at the time of the call.
 */
class HeldUpstream {
  readonly clock = new VirtualClock();
  readonly calls: Call[] = [];
  open: Call[] = [];
  places: Places | undefined;
  readonly edition = new Map<string, number>();
  readonly reads: TaskReads = createTaskReads(
    this.#api(),
    silentLog,
    { now: () => 0, after: this.clock.after },
    () => this.places,
    () => undefined,
  );

  #api(): TaskStatusApi {
    const held = (
      { principal: { authorization }, scope }: Caller,
      ids: readonly string[],
    ): Promise<object[]> =>
      new Promise((resolve, reject) => {
        const rows = ids.map((id) => ({
          id,
          launcher: authorization ?? 'nobody',
          progress: String(this.edition.get(`${authorization ?? ''} ${id}`) ?? 0),
        }));
        const call: Call = {
          authorization,
          ids,
          scope,
          answer: () => {
            resolve(rows);
          },
          fail: () => {
            reject(new UpstreamError({ failure: 'status', status: 503 }));
          },
        };
        scope.onAbort(() => {
          reject(new UpstreamError({ failure: 'cancelled' }));
        });
        this.calls.push(call);
        this.open.push(call);
      });
    return {
      version: apiVersions.v1,
      getTaskStatus: async (id: string, caller: Caller) => (await held(caller, [id]))[0],
      getTaskStatusList: async ({ filters = '' }: { filters?: string }, caller: Caller) => ({
        rows: await held(
          caller,
          [...filters.matchAll(/"([^"]*)"/g)].map(([, id]) => id ?? ''),
        ),
        totalCount: null,
      }),
    } as unknown as TaskStatusApi;
  }

  /** Waits until all calls that are due have been sent. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }

  answerAll(): void {
    for (const call of this.open.splice(0)) call.answer();
  }
}

describe('lookups of one principal', () => {
  test('from operations of the same moment are joined into one call', async () => {
    const upstream = new HeldUpstream();
    const tasks = ['a', 'b', 'c'].map((id) => upstream.reads.byId(as('me'), id));
    await upstream.settle();
    upstream.answerAll();
    expect((await Promise.all(tasks)).map((task) => task?.id)).toEqual(['a', 'b', 'c']);
    expect(upstream.calls.map(({ ids }) => ids)).toEqual([['a', 'b', 'c']]);
  });

  test('alone are sent at once; those that come meanwhile go together once it is answered', async () => {
    const upstream = new HeldUpstream();
    const tasks = [];
    for (const id of ['a', 'b', 'c']) {
      tasks.push(upstream.reads.byId(as('me'), id));
      await upstream.settle();
    }
    expect(upstream.calls.map(({ ids }) => ids)).toEqual([['a']]);
    upstream.open.shift()?.answer();
    await upstream.settle();
    expect(upstream.calls.at(-1)?.ids).toEqual(['b', 'c']);
    upstream.answerAll();
    await Promise.all(tasks);
  });

  test('wait no longer than until their call is full', async () => {
    const upstream = new HeldUpstream();
    const tasks = [upstream.reads.byId(as('me'), 'first')];
    await upstream.settle();
    for (let id = 0; id < 101; id++) tasks.push(upstream.reads.byId(as('me'), String(id)));
    await upstream.settle();
    expect(upstream.calls.map(({ ids }) => ids.length)).toEqual([1, 100]);
    await upstream.clock.advance(4);
    expect(upstream.calls).toHaveLength(3);
    upstream.answerAll();
    await Promise.all(tasks);
  });

  test('wait for no call that hangs: after a moment they are sent all the same', async () => {
    const upstream = new HeldUpstream();
    const tasks = [];
    for (const id of ['a', 'b', 'c']) {
      tasks.push(upstream.reads.byId(as('me'), id));
      await upstream.settle();
    }
    await upstream.clock.advance(4);
    expect(upstream.calls[1]?.ids).toEqual(['b', 'c']);
    upstream.answerAll();
    await Promise.all(tasks);
  });

  test('of an id that is in flight already are shared, and its failure is all theirs', async () => {
    const upstream = new HeldUpstream();
    const first = upstream.reads.byId(as('me'), 'a');
    await upstream.settle();
    const second = upstream.reads.byId(as('me'), 'a');
    await upstream.settle();
    expect(upstream.calls).toHaveLength(1);
    upstream.open.shift()?.fail();
    await expect(first).rejects.toThrow('503');
    await expect(second).rejects.toThrow('503');
    const third = upstream.reads.byId(as('me'), 'a');
    await upstream.settle();
    upstream.answerAll();
    expect((await third)?.id).toBe('a');
  });
});

test('identical lists in flight are shared, and lists that differ are not', async () => {
  const upstream = new HeldUpstream();
  const lists = [{ limit: 5 }, { limit: 5 }, { limit: 6 }].map((query) =>
    upstream.reads.list(as('me'), query),
  );
  const other = upstream.reads.list(as('you'), { limit: 5 });
  await upstream.settle();
  expect(upstream.calls.map(({ authorization }) => authorization)).toEqual(['me', 'me', 'you']);
  upstream.answerAll();
  await Promise.all([...lists, other]);
});

const step = fc.record({
  kind: fc.constantFrom('look', 'look', 'look', 'update', 'answer', 'fail', 'turn', 'turn'),
  who: fc.constantFrom('me', 'you', undefined),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  pick: fc.nat(5),
});

test('in any interleaving each answer is its caller’s own, no call serves two, and none is older than an update before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const upstream = new HeldUpstream();
      const checks: Promise<void>[] = [];
      for (const { kind, who, id, pick } of steps) {
        if (kind === 'look') {
          const since = upstream.edition.get(`${who ?? ''} ${id}`) ?? 0;
          checks.push(
            upstream.reads.byId(as(who), id).then(
              (task) => {
                expect([task?.id, task?.launcher]).toEqual([id, who ?? 'nobody']);
                expect(Number(task?.progress)).toBeGreaterThanOrEqual(since);
              },
              (error: unknown) => {
                expect(error).toBeInstanceOf(UpstreamError);
              },
            ),
          );
        } else if (kind === 'update') {
          upstream.reads.invalidate(principal(who), id);
          const key = `${who ?? ''} ${id}`;
          upstream.edition.set(key, (upstream.edition.get(key) ?? 0) + 1);
          upstream.reads.invalidate(principal(who), id);
        } else if (kind === 'turn') await upstream.settle();
        else {
          const [call] = upstream.open.splice(pick % (upstream.open.length || 1), 1);
          if (kind === 'answer') call?.answer();
          else call?.fail();
        }
      }
      const over = Promise.allSettled(checks).then(() => true);
      while (!(await Promise.race([over, upstream.clock.advance(100).then(() => false)])))
        upstream.answerAll();
      await Promise.all(checks);
    }),
    { numRuns: 1_000 },
  );
});

describe('operations that wait for the same read', () => {
  const waiting = (clock: VirtualClock, ms: number): Caller & { scope: AbortableScope } => {
    const scope = createCallScope(clock.now() + ms, clock);
    return { ...as('me'), scope };
  };

  test('each wait for as long as they may, and the read goes on for the others', async () => {
    const upstream = new HeldUpstream();
    const clock = new VirtualClock();
    const short = upstream.reads.list(waiting(clock, 1_000), { limit: 5 }).catch((error: unknown) => error);
    await clock.advance(500);
    const long = upstream.reads.list(waiting(clock, 1_000), { limit: 5 });
    await clock.advance(500);
    expect(await short).toMatchObject({ details: { failure: 'timeout' } });
    expect(upstream.calls.map(({ scope }) => scope.deadline)).toEqual([clock.now() + 500]);
    upstream.answerAll();
    expect(await long).toMatchObject({ rows: [] });
  });

  test('abort the call when they all leave, and a later one makes another', async () => {
    const upstream = new HeldUpstream();
    const clock = new VirtualClock();
    const callers = [waiting(clock, 1_000), waiting(clock, 1_000)];
    const reads = callers.map((caller) => upstream.reads.byId(caller, 'a').catch(() => 'left'));
    await upstream.settle();
    callers[0]?.scope.abort();
    expect(upstream.calls[0]?.scope.aborted).toBe(false);
    callers[1]?.scope.abort();
    expect(upstream.calls[0]?.scope.aborted).toBe(true);
    expect(await Promise.all(reads)).toEqual(['left', 'left']);
    const later = upstream.reads.byId(as('me'), 'a');
    await upstream.settle();
    upstream.answerAll();
    expect((await later)?.id).toBe('a');
    expect(upstream.calls).toHaveLength(2);
  });
});

test('an operation that leaves aborts no call that another waits for, and each call that no other does', async () => {
  const event = fc.record({
    kind: fc.constantFrom('look', 'look', 'list', 'leave', 'leave', 'turn', 'answer'),
    who: fc.nat(5),
    id: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const upstream = new HeldUpstream();
      const clock = new VirtualClock();
      const callers = Array.from({ length: 6 }, () => ({
        ...as('me'),
        scope: createCallScope(clock.now() + 1_000, clock),
      }));
      /** Callers that are waiting, by what they wait for. */
      const waiting = new Map<string, Set<number>>();
      const checks: Promise<void>[] = [];
      const watch = (who: number, key: string, read: Promise<unknown>): void => {
        const present = waiting.get(key) ?? new Set();
        waiting.set(key, present.add(who));
        checks.push(
          read.then(
            () => {
              present.delete(who);
            },
            () => {
              // Only aborted calls fail here.
              expect(callers[who]?.scope.aborted).toBe(true);
            },
          ),
        );
      };
      for (const { kind, who, id } of events) {
        const caller = callers[who];
        if (caller === undefined || caller.scope.aborted) continue;
        if (kind === 'look') watch(who, id, upstream.reads.byId(caller, id));
        else if (kind === 'list')
          watch(who, `list ${id}`, upstream.reads.list(caller, { filters: `"list ${id}"` }));
        else if (kind === 'turn') await upstream.settle();
        else if (kind === 'answer') {
          upstream.open.shift()?.answer();
          await upstream.settle();
        } else {
          caller.scope.abort();
          for (const present of waiting.values()) present.delete(who);
        }
        for (const { ids, scope } of upstream.open)
          if (!scope.aborted) expect(ids.filter((each) => waiting.get(each)?.size)).not.toEqual([]);
      }
      const over = Promise.allSettled(checks).then(() => true);
      while (!(await Promise.race([over, upstream.clock.advance(100).then(() => false)])))
        upstream.answerAll();
      await Promise.all(checks);
    }),
    { numRuns: 200 },
  );
});
