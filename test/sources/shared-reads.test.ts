import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTaskReads, type TaskReads } from '../../src/sources/task-reads.js';
import { apiVersions } from '../../src/upstream/api-version.js';
import type { Authorization, TaskStatusApi } from '../../src/upstream/task-status.api.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import { silentLog } from '../support/silent-log.js';

interface Call {
  readonly authorization: Authorization;
  readonly ids: readonly string[];
  /** Lets the call be answered. */
  answer(): void;
  /** Lets it fail. */
  fail(): void;
}

/** An upstream whose calls are answered when told to, each row marked with who asked and what it was when asked. */
class HeldUpstream {
  readonly calls: Call[] = [];
  open: Call[] = [];
  readonly edition = new Map<string, number>();
  readonly reads: TaskReads = createTaskReads(this.#api(), silentLog, () => 0);

  #api(): TaskStatusApi {
    const held = (authorization: Authorization, ids: readonly string[]): Promise<object[]> =>
      new Promise((resolve, reject) => {
        const rows = ids.map((id) => ({
          id,
          launcher: authorization ?? 'nobody',
          progress: String(this.edition.get(`${authorization ?? ''} ${id}`) ?? 0),
        }));
        const call: Call = {
          authorization,
          ids,
          answer: () => {
            resolve(rows);
          },
          fail: () => {
            reject(new UpstreamError({ failure: 'status', status: 503 }));
          },
        };
        this.calls.push(call);
        this.open.push(call);
      });
    return {
      version: apiVersions.v1,
      getTaskStatus: async (id: string, authorization: Authorization) => (await held(authorization, [id]))[0],
      getTaskStatusList: async ({ filters = '' }: { filters?: string }, authorization: Authorization) => ({
        rows: await held(
          authorization,
          [...filters.matchAll(/"([^"]*)"/g)].map(([, id]) => id ?? ''),
        ),
        totalCount: null,
      }),
    } as unknown as TaskStatusApi;
  }

  /** Lets everything that is to be sent be sent. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }

  answerAll(): void {
    for (const call of this.open.splice(0)) call.answer();
  }
}

describe('look-ups of one principal', () => {
  test('from operations of the same moment are joined into one call', async () => {
    const upstream = new HeldUpstream();
    const tasks = ['a', 'b', 'c'].map((id) => upstream.reads.byId('me', id));
    await upstream.settle();
    upstream.answerAll();
    expect((await Promise.all(tasks)).map((task) => task?.id)).toEqual(['a', 'b', 'c']);
    expect(upstream.calls.map(({ ids }) => ids)).toEqual([['a', 'b', 'c']]);
  });

  test('alone are sent at once; those that come meanwhile go together once it is answered', async () => {
    const upstream = new HeldUpstream();
    const tasks = [];
    for (const id of ['a', 'b', 'c']) {
      tasks.push(upstream.reads.byId('me', id));
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
    const tasks = [upstream.reads.byId('me', 'first')];
    await upstream.settle();
    for (let id = 0; id < 101; id++) tasks.push(upstream.reads.byId('me', String(id)));
    await upstream.settle();
    expect(upstream.calls.map(({ ids }) => ids.length)).toEqual([1, 100]);
    while (upstream.calls.length < 3) await upstream.settle();
    upstream.answerAll();
    await Promise.all(tasks);
  });

  test('wait for no call that hangs: after a moment they are sent all the same', async () => {
    const upstream = new HeldUpstream();
    const tasks = [];
    for (const id of ['a', 'b', 'c']) {
      tasks.push(upstream.reads.byId('me', id));
      await upstream.settle();
    }
    while (upstream.calls.length < 2) await upstream.settle();
    expect(upstream.calls[1]?.ids).toEqual(['b', 'c']);
    upstream.answerAll();
    await Promise.all(tasks);
  });

  test('of an id that is under way already are shared, and its failure is all theirs', async () => {
    const upstream = new HeldUpstream();
    const first = upstream.reads.byId('me', 'a');
    await upstream.settle();
    const second = upstream.reads.byId('me', 'a');
    await upstream.settle();
    expect(upstream.calls).toHaveLength(1);
    upstream.open.shift()?.fail();
    await expect(first).rejects.toThrow('503');
    await expect(second).rejects.toThrow('503');
    const third = upstream.reads.byId('me', 'a');
    await upstream.settle();
    upstream.answerAll();
    expect((await third)?.id).toBe('a');
  });
});

test('identical lists under way are shared, and lists that differ are not', async () => {
  const upstream = new HeldUpstream();
  const lists = [{ limit: 5 }, { limit: 5 }, { limit: 6 }].map((query) => upstream.reads.list('me', query));
  const other = upstream.reads.list('you', { limit: 5 });
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
            upstream.reads.byId(who, id).then(
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
          upstream.reads.forget(who, id);
          const key = `${who ?? ''} ${id}`;
          upstream.edition.set(key, (upstream.edition.get(key) ?? 0) + 1);
          upstream.reads.forget(who, id);
        } else if (kind === 'turn') await upstream.settle();
        else {
          const [call] = upstream.open.splice(pick % (upstream.open.length || 1), 1);
          if (kind === 'answer') call?.answer();
          else call?.fail();
        }
      }
      const over = Promise.allSettled(checks).then(() => true);
      while (!(await Promise.race([over, upstream.settle().then(() => false)]))) upstream.answerAll();
      await Promise.all(checks);
    }),
    { numRuns: 1_000 },
  );
});
