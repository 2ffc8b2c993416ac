import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SandboxCall } from '../../src/index.js';
import { Live, SSE, withLive, type EventStream, type LiveEvent } from '../support/event-stream.js';
import { ask } from '../support/pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

type Task = ReturnType<Live['sandbox']['insert']>;

const NEWEST = 'getTaskStatusList -created';
const HOOK_TOKEN = 'a-token-of-the-event-trigger';

/** The part of an event that says what has changed. */
const told = (event: LiveEvent | undefined): any => event?.data?.taskStatusChanged;

/** Each told task with its state and percentage, and each id that is gone. */
const rows = (event: LiveEvent | undefined): string[] => {
  const { changed = [], gone = [] } = (told(event) ?? {}) as {
    changed?: { id: string; state: string; percentComplete: number }[];
    gone?: string[];
  };
  return [
    ...changed.map(({ id, state, percentComplete }) => `${id} ${state} ${percentComplete}`),
    ...gone.map((id) => `${id} gone`),
  ];
};

const versions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'] as const;

describe.each(versions)('on %s', (version) => {
  const live = new Live({ version, environment: { HOOK_TOKEN } });
  const pending = ['beta', 'v2024'].includes(version)
    ? 'getPendingTasks'
    : 'getTaskStatusList completionStatus isnull';
  beforeAll(() => live.start());
  afterAll(() => live.stop());
  beforeEach(() => {
    live.sandbox.reset();
  });
  afterEach(async () => {
    live.leave();
    live.sandbox.configure({ errorRate: 0, raceMs: 0 });
    // Until nothing is known, and the circuit is closed.
    await live.pass(20_000);
  });

  const begin = (id: string, row: Partial<Task> = {}): Task => live.sandbox.insert({ id, ...row });
  const progress = (task: Task, percentComplete: number): void => {
    live.sandbox.insert({ ...task, percentComplete, modified: new Date(live.clock.now()).toISOString() });
  };
  /** Opens a stream, and reads its first event. */
  const watch = async (variables = {}): Promise<[stream: EventStream, first: LiveEvent | undefined]> => {
    const stream = await live.open(variables);
    const first = await stream.next();
    await live.quiet();
    return [stream, first];
  };

  test('the first event is the present state: the pending tasks, and no others', async () => {
    begin('running', { percentComplete: 40 });
    begin('queued', { launched: null });
    begin('ended', { completionStatus: 'SUCCESS' });
    const [stream, first] = await watch();
    expect(rows(first).sort()).toEqual(['queued QUEUED 0', 'running RUNNING 40']);
    expect(told(first)).toMatchObject({
      gone: [],
      asOf: new Date(live.clock.now()).toISOString(),
      stale: false,
    });
    expect(live.calls()).toEqual([pending, NEWEST]);
    expect(stream.waiting).toBe(0);
  });

  test('without tasks the first event is there too, and empty', async () => {
    const [, first] = await watch();
    expect(told(first)).toMatchObject({ changed: [], gone: [], stale: false });
  });

  test('progress is told by the next poll, with its time, and what has not changed is not', async () => {
    const task = begin('a');
    begin('b');
    const [stream] = await watch();
    live.calls();
    progress(task, 30);
    await live.pass(2_000);
    const event = await stream.next();
    expect(rows(event)).toEqual(['a RUNNING 30']);
    expect(told(event).asOf).toBe(new Date(live.clock.now()).toISOString());
    await live.pass(4_000);
    expect([stream.waiting, live.calls()]).toEqual([0, [pending, pending, pending]]);
  });

  test('what a task went through between two polls is not told', async () => {
    const task = begin('a');
    const [stream] = await watch();
    for (const percent of [10, 20, 30]) progress(task, percent);
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['a RUNNING 30']);
    expect(stream.waiting).toBe(0);
  });

  test('a task that begins is told by the next poll', async () => {
    begin('a');
    const [stream] = await watch();
    begin('b', { launched: null });
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['b QUEUED 0']);
  });

  test('an end is told once, with its date and status, for one call more', async () => {
    begin('a');
    begin('b');
    const [stream] = await watch();
    live.calls();
    live.sandbox.complete('a', 'ERROR');
    await live.pass(2_000);
    expect(told(await stream.next()).changed).toMatchObject([
      { id: 'a', state: 'FAILED', completed: expect.any(String), completionStatus: 'ERROR' },
    ]);
    expect(live.calls()).toEqual([pending, 'getTaskStatus']);
    await live.pass(20_000);
    expect(stream.waiting).toBe(0);
    expect(live.calls().filter((call) => ![pending, NEWEST].includes(call))).toEqual([]);
  });

  test('many tasks that left the pending ones at once are read together', async () => {
    for (const id of ['a', 'b', 'c', 'd']) begin(id);
    const [stream] = await watch();
    live.calls();
    for (const id of ['a', 'b', 'c']) live.sandbox.complete(id);
    await live.pass(2_000);
    expect(rows(await stream.next()).sort()).toEqual([
      'a SUCCEEDED 100',
      'b SUCCEEDED 100',
      'c SUCCEEDED 100',
    ]);
    expect(live.calls()).toEqual([pending, 'getTaskStatusList id in ("a","b","c")']);
  });

  test('a task that the upstream has no longer is told as gone, once', async () => {
    begin('a');
    begin('b');
    const [stream] = await watch();
    const [failures] = await watch({ filter: { completionStatus: { eq: 'ERROR' } } });
    live.sandbox.remove('a');
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['a gone']);
    live.calls();
    await live.pass(20_000);
    // Who was not told of a task is not told that it is gone.
    expect([stream.waiting, failures.waiting]).toEqual([0, 0]);
    expect(live.calls().filter((call) => ![pending, NEWEST].includes(call))).toEqual([]);
  });

  test('an ended task has its final state at once with ids, and the stream completes', async () => {
    begin('a', { completionStatus: 'WARNING' });
    const stream = await live.open({ ids: ['a'] });
    expect((await stream.rest()).map(rows)).toEqual([['a WARNED 100']]);
    await live.pass(20_000);
    expect(live.calls()).toEqual([pending, 'getTaskStatus']);
  });

  test('ids are told in any state, and complete by themselves once all have ended or are gone', async () => {
    begin('a', { launched: null });
    begin('b', { completionStatus: 'ERROR' });
    begin('c');
    begin('other');
    const [stream, first] = await watch({ ids: ['a', 'b', 'c', 'b'] });
    expect(rows(first).sort()).toEqual(['a QUEUED 0', 'b FAILED 100', 'c RUNNING 0']);
    live.calls();
    live.sandbox.complete('a');
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['a SUCCEEDED 100']);
    // What has ended is not read again.
    expect(live.calls()).toEqual([pending, 'getTaskStatus']);
    live.sandbox.remove('c');
    await live.pass(2_000);
    expect((await stream.rest()).map(rows)).toEqual([['c gone']]);
    live.calls();
    await live.pass(20_000);
    expect(live.calls()).toEqual([]);
  });

  test('no ids are no event and no call', async () => {
    const stream = await live.open({ ids: [] });
    expect(await stream.rest()).toEqual([]);
    await live.pass(10_000);
    expect([stream.status, live.calls()]).toEqual([200, []]);
  });

  test('unknown ids are gone, count as ended, and are not asked for again', async () => {
    begin('a');
    const stream = await live.open({ ids: ['nowhere'] });
    expect((await stream.rest()).map(rows)).toEqual([['nowhere gone']]);
    const [mixed, first] = await watch({ ids: ['a', 'nowhere'] });
    expect(rows(first).sort()).toEqual(['a RUNNING 0', 'nowhere gone']);
    live.calls();
    await live.pass(6_000);
    expect(live.calls().filter((call) => call !== NEWEST)).toEqual([pending, pending, pending]);
    live.sandbox.complete('a');
    await live.pass(2_000);
    expect((await mixed.rest()).map(rows)).toEqual([['a SUCCEEDED 100']]);
  });

  test('a filter on the status tells of failures alone, when they happen', async () => {
    for (const id of ['a', 'b', 'c']) begin(id);
    const [stream, first] = await watch({ filter: { completionStatus: { in: ['ERROR', 'TERMINATED'] } } });
    expect(rows(first)).toEqual([]);
    live.sandbox.complete('a', 'SUCCESS');
    await live.pass(2_000);
    live.sandbox.complete('b', 'ERROR');
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['b FAILED 0']);
    expect(stream.waiting).toBe(0);
  });

  test('with ids and a filter, ids that don’t match count for the end too', async () => {
    begin('a');
    begin('b');
    const [stream, first] = await watch({ ids: ['a', 'b'], filter: { completionStatus: { eq: 'ERROR' } } });
    expect(rows(first)).toEqual([]);
    live.sandbox.complete('a', 'ERROR');
    await live.pass(2_000);
    expect(rows(await stream.next())).toEqual(['a FAILED 0']);
    live.sandbox.complete('b', 'SUCCESS');
    await live.pass(2_000);
    expect(await stream.rest()).toEqual([]);
  });

  test('a told task that stops to match is told once more, as it is now', async () => {
    const task = begin('a');
    begin('b');
    const [stream, first] = await watch({
      filter: { completionStatus: { isNull: true }, launcher: { eq: 'System' } },
    });
    expect(rows(first).sort()).toEqual(['a RUNNING 0', 'b RUNNING 0']);
    live.sandbox.complete('b');
    live.sandbox.insert({ ...task, launcher: 'Ann', percentComplete: 10 });
    await live.pass(2_000);
    const second = await stream.next();
    expect(rows(second).sort()).toEqual(['a RUNNING 10', 'b SUCCEEDED 100']);
    expect(told(second).changed).toContainEqual(expect.objectContaining({ id: 'a', launcher: 'Ann' }));
    live.sandbox.insert({ ...task, launcher: 'Ann', percentComplete: 20 });
    await live.pass(4_000);
    expect(stream.waiting).toBe(0);
  });

  test('one poll serves every filter: of the id, the source, the launcher and the kind', async () => {
    begin('a', {
      launcher: 'Ann',
      uniqueName: 'Something Else',
      target: { id: 's1', type: 'APPLICATION', name: 'S' },
    });
    begin('b', { uniqueName: 'Cloud Group Aggregation - x' });
    begin('c', { uniqueName: 'Cloud Account Aggregation' });
    const seen: string[] = [];
    for (const filter of [
      { id: { in: ['a', 'b'] } },
      { sourceId: { eq: 's1' } },
      { launcher: { eq: 'ann' } },
      { kind: { eq: 'CLOUD_GROUP_AGGREGATION' } },
      { kind: { in: ['CLOUD_ACCOUNT_AGGREGATION', 'CLOUD_GROUP_AGGREGATION'] } },
      { id: { in: [] } },
    ])
      seen.push(
        rows((await watch({ filter }))[1])
          .map((row) => row[0])
          .sort()
          .join(''),
      );
    expect(seen).toEqual(['ab', 'a', 'a', 'b', 'bc', '']);
    expect(live.calls()).toEqual([pending, NEWEST]);
  });

  test('a task that is completed and has no status yet runs, until it has one', async () => {
    live.sandbox.configure({ raceMs: 3_000 });
    begin('a');
    const [stream] = await watch({ ids: ['a'] });
    live.sandbox.complete('a');
    await live.pass(2_000);
    expect(told(await stream.next()).changed).toMatchObject([
      { state: 'RUNNING', completed: expect.any(String), completionStatus: null },
    ]);
    await live.pass(2_000);
    const end = await stream.rest();
    expect(end.map(rows)).toEqual([['a SUCCEEDED 100']]);
    expect(told(end[0]).changed).toMatchObject([
      { completed: expect.any(String), completionStatus: 'SUCCESS' },
    ]);
  });

  test('an earlier state is never told', async () => {
    const task = begin('a', { percentComplete: 50 });
    begin('b');
    const [stream] = await watch();
    live.sandbox.insert({ ...task, launched: null, percentComplete: 0 });
    await live.pass(2_000);
    expect(stream.waiting).toBe(0);
    live.sandbox.complete('b');
    await live.pass(2_000);
    await stream.next();
    begin('b');
    await live.pass(20_000);
    expect(stream.waiting).toBe(0);
  });

  test('values that depend on the present time are no change', async () => {
    begin('a');
    const query = 'subscription { taskStatusChanged { changed { id durationSeconds } } }';
    const stream = await live.open({}, {}, { query });
    expect(told(await stream.next()).changed).toEqual([{ id: 'a', durationSeconds: 0 }]);
    await live.pass(20_000);
    expect(stream.waiting).toBe(0);
  });

  test('a failed poll is told as stale, once, and the recovery too, where nothing else has changed', async () => {
    begin('a');
    const [stream, first] = await watch();
    live.sandbox.configure({ errorRate: 1 });
    await live.pass(2_000);
    const failed = await stream.next();
    expect(told(failed)).toEqual({ changed: [], gone: [], asOf: told(first).asOf, stale: true });
    await live.pass(6_000);
    expect(stream.waiting).toBe(0);
    live.sandbox.configure({ errorRate: 0 });
    await live.pass(60_000);
    const recovered = await stream.next();
    expect(told(recovered)).toMatchObject({ changed: [], gone: [], stale: false });
    expect(Date.parse(told(recovered).asOf)).toBeGreaterThan(Date.parse(told(first).asOf));
    expect(stream.waiting).toBe(0);
  });

  test('what changed while the upstream was down is told with the recovery', async () => {
    begin('a');
    const [stream] = await watch({ ids: ['a'] });
    live.sandbox.configure({ errorRate: 1 });
    live.sandbox.complete('a');
    await live.pass(4_000);
    expect(told(await stream.next())).toMatchObject({ changed: [], stale: true });
    live.sandbox.configure({ errorRate: 0 });
    await live.pass(60_000);
    const end = await stream.rest();
    expect(end.map((event) => [rows(event), told(event).stale])).toEqual([[['a SUCCEEDED 100'], false]]);
  });

  test('a stream begun while the upstream is down and nothing is known has the coded error, and ends', async () => {
    live.sandbox.configure({ errorRate: 1 });
    const stream = await live.open();
    // A failed call is repeated at once by the clock.
    await live.pass(500);
    expect(await stream.rest()).toMatchObject([
      { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] },
    ]);
    expect(stream.status).toBe(200);
    expect(new Set(live.calls())).toEqual(new Set([pending]));
  });

  test('a stream begun while the upstream is down has what is known, as stale', async () => {
    begin('a');
    await watch();
    live.sandbox.configure({ errorRate: 1 });
    await live.pass(4_000);
    const joiner = await live.open();
    const unknown = await live.open({ ids: ['b'] });
    await live.pass(2_000);
    const first = await joiner.next();
    expect([rows(first), told(first).stale]).toEqual([['a RUNNING 0'], true]);
    expect(await unknown.rest()).toMatchObject([
      { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] },
    ]);
  });

  test.each([
    ['a query of one task', '{ taskStatus(id: "a") { id } }', 1],
    ['a query of a list', '{ taskStatuses(filter: { id: { eq: "a" } }) { nodes { id } } }', 1],
  ])('%s brings its end to viewers at once, without a poll', async (_, query, calls) => {
    begin('a');
    begin('b');
    const [stream] = await watch();
    live.sandbox.complete('a');
    live.calls();
    await ask(live.gateway.url, query);
    expect(rows(await stream.next())).toEqual(['a SUCCEEDED 100']);
    expect(live.calls()).toHaveLength(calls);
    await live.pass(2_000);
    // Known to have ended, so it is not read again.
    expect([stream.waiting, live.calls()]).toEqual([0, [pending]]);
  });

  test('a query of pending tasks brings progress and new tasks to viewers at once, without a poll', async () => {
    const task = begin('a');
    const [stream] = await watch();
    const [failures] = await watch({ filter: { completionStatus: { eq: 'ERROR' } } });
    progress(task, 60);
    begin('b');
    live.calls();
    await ask(live.gateway.url, '{ pendingTasks { nodes { id } } }');
    expect(rows(await stream.next()).sort()).toEqual(['a RUNNING 60', 'b RUNNING 0']);
    expect(live.calls()).toEqual([pending]);
    expect(failures.waiting).toBe(0);
  });

  test('a query of old ended tasks tells viewers nothing', async () => {
    begin('a');
    begin('old', { completionStatus: 'ERROR' });
    const [stream] = await watch();
    const { data } = await ask(
      live.gateway.url,
      '{ taskStatuses { nodes { id } } one: taskStatus(id: "old") { id } }',
    );
    expect(data.one).toEqual({ id: 'old' });
    await live.pass(4_000);
    expect(stream.waiting).toBe(0);
  });

  test('an update is told to viewers at once, for its own call alone', async () => {
    begin('a');
    const stream = (await watch())[0];
    const waiter = (await watch({ ids: ['a'] }))[0];
    live.calls();
    const patch = [
      { op: 'REPLACE', path: '/completionStatus', value: 'ERROR' },
      { op: 'REPLACE', path: '/completed', value: '2026-06-01T11:59:00.000Z' },
    ];
    const update =
      'mutation ($input: UpdateTaskStatusInput!) { updateTaskStatus(input: $input) { taskStatus { id } } }';
    const { errors } = await ask(live.gateway.url, update, { input: { id: 'a', patch } });
    expect(errors).toEqual([]);
    expect(rows(await stream.next())).toEqual(['a FAILED 0']);
    expect((await waiter.rest()).map(rows)).toEqual([['a FAILED 0']]);
    expect(live.calls()).toEqual(['updateTaskStatus']);
  });

  const hint = async (): Promise<number> => {
    const reply = await fetch(`${live.gateway.url}/hooks/account-aggregation-completed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${HOOK_TOKEN}` },
      body: JSON.stringify({ source: { id: 's' } }),
    });
    return reply.status;
  };

  test('a hint makes the gateway poll at once', async () => {
    const queued = begin('a', { launched: null });
    const [stream] = await watch();
    await live.pass(3_000);
    live.calls();
    live.sandbox.insert({ ...queued, launched: queued.created });
    expect(await hint()).toBe(202);
    await live.pass(500);
    expect(rows(await stream.next())).toEqual(['a RUNNING 0']);
    expect(live.calls()).toEqual([pending]);
  });

  test('a flood of hints costs one poll a second', async () => {
    begin('a');
    await watch();
    await live.pass(1_000);
    live.calls();
    for (let half = 0; half < 10; half++) {
      for (let times = 0; times < 5; times++) await hint();
      await live.pass(500);
    }
    expect(live.calls().filter((call) => call === pending).length).toBeLessThanOrEqual(6);
  });

  test('a hint costs nothing where nobody watches', async () => {
    expect(await hint()).toBe(202);
    await live.pass(5_000);
    expect(live.calls()).toEqual([]);
  });

  test('who joins within an interval is served from what is known, without a call', async () => {
    begin('a', { percentComplete: 5 });
    await watch();
    await live.pass(1_500);
    live.calls();
    const [, first] = await watch();
    const [, named] = await watch({ ids: ['a'] });
    expect([rows(first), rows(named)]).toEqual([['a RUNNING 5'], ['a RUNNING 5']]);
    expect(live.calls()).toEqual([]);
  });

  test('who joins within an interval after the last one left is served without a call', async () => {
    begin('a');
    const [stream] = await watch();
    stream.close();
    await live.pass(1_000);
    live.calls();
    const [, first] = await watch();
    expect([rows(first), live.calls()]).toEqual([['a RUNNING 0'], []]);
  });

  test('who joins later is served by a poll', async () => {
    begin('a');
    const [stream] = await watch();
    stream.close();
    await live.pass(5_000);
    live.calls();
    const [, first] = await watch();
    expect([rows(first), live.calls()]).toEqual([['a RUNNING 0'], [pending, NEWEST]]);
  });

  test.each([1, 100])(
    'a poll each 2 s and the newest page each 20 s are all that viewers cost: %i of them',
    async (count) => {
      const task = begin('a');
      const queries = [
        undefined,
        'subscription { taskStatusChanged { changed { id name: uniqueName } gone } }',
        'subscription { taskStatusChanged(ids: ["a"]) { changed { id } } }',
        'subscription { taskStatusChanged(filter: { launcher: { eq: "system" } }) { changed { id } stale } }',
      ];
      const streams: EventStream[] = [];
      for (let index = 0; index < count; index++) {
        const query = queries[index % queries.length];
        streams.push(await live.open({}, {}, query === undefined ? {} : { query }));
      }
      for (const stream of streams) await stream.next();
      await live.quiet();
      expect(live.calls()).toEqual([pending, NEWEST]);
      await live.pass(40_000);
      const calls = live.calls();
      expect(calls.filter((call) => call === pending)).toHaveLength(20);
      expect(calls.filter((call) => call === NEWEST)).toHaveLength(2);
      expect(calls).toHaveLength(22);
      progress(task, 90);
      await live.pass(2_000);
      for (const stream of streams) expect(told(await stream.next()).changed).toMatchObject([{ id: 'a' }]);
    },
  );

  test('250 pending tasks are one call for each poll', async () => {
    for (let index = 0; index < 250; index++) begin(`t${index}`);
    const [, first] = await watch();
    expect(rows(first)).toHaveLength(250);
    expect(live.calls()).toEqual([pending, NEWEST]);
  });

  test('500 pending tasks are two calls for each poll', async () => {
    for (let index = 0; index < 500; index++) begin(`t${index}`);
    const [, first] = await watch();
    expect(rows(first)).toHaveLength(500);
    expect(live.calls()).toEqual([pending, pending, NEWEST]);
  });

  test('where nothing runs there is a poll each 10 s', async () => {
    begin('queued', { launched: null });
    await watch();
    live.calls();
    await live.pass(30_000);
    expect(live.calls()).toEqual([pending, pending, pending]);
  });

  test('where no watched task runs there is a poll each 10 s, though others run', async () => {
    begin('queued', { launched: null });
    begin('running');
    await watch({ ids: ['queued'] });
    live.calls();
    await live.pass(30_000);
    expect(live.calls()).toEqual([pending, pending, pending]);
  });

  test('viewers that leave before their first event leave nothing', async () => {
    for (let index = 0; index < 5; index++) (await live.open()).close();
    await live.pass(30_000);
    expect(live.clock.timers).toBe(0);
    expect(live.calls().length).toBeLessThanOrEqual(2);
  });

  test('there is no call once the last viewer has left', async () => {
    begin('a');
    const [one] = await watch();
    const [two] = await watch();
    one.close();
    await live.pass(2_000);
    expect(live.calls()).toEqual([pending, NEWEST, pending]);
    two.close();
    await live.pass(30_000);
    expect(live.calls()).toEqual([]);
    expect(live.clock.timers).toBe(0);
  });

  test('a task that began and ended between two polls is told within 30 s', async () => {
    begin('a');
    const [stream] = await watch();
    await live.pass(2_500);
    begin('quick');
    live.sandbox.complete('quick', 'TERMINATED');
    await live.pass(30_000);
    const event = await stream.next();
    expect(rows(event)).toEqual(['quick TERMINATED 0']);
    await live.pass(30_000);
    expect(stream.waiting).toBe(0);
  });
});

describe('viewers', () => {
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await startScriptedUpstream();
  });
  afterEach(() => upstream.stop());

  test('of different tokens see what their own token sees, by a poll of each', async () => {
    await withLive({ settings: { launcherIsCaller: true } }, async (live) => {
      live.sandbox.insert({ id: 'a' });
      const streams: EventStream[] = [];
      for (const marker of ['ann', 'bob'])
        streams.push(
          await live.open({}, { headers: { authorization: `Bearer ${live.sandbox.token({ marker })}` } }),
        );
      for (const [index, name] of ['ann', 'bob'].entries())
        expect(told(await streams[index]?.next()).changed).toMatchObject([{ id: 'a', launcher: name }]);
      await live.quiet();
      const seen = new Set(live.sandbox.calls.map(({ headers }: SandboxCall) => headers.authorization));
      expect([seen.size, live.sandbox.calls.length]).toEqual([2, 4]);
    });
  });

  test('of one token see no update of another token before their own poll', async () => {
    await withLive({}, async (live) => {
      live.sandbox.insert({ id: 'a' });
      const authorization = `Bearer ${live.sandbox.token({ marker: 'ann' })}`;
      const stream = await live.open({}, { headers: { authorization } });
      await stream.next();
      await live.quiet();
      live.sandbox.complete('a');
      await ask(
        live.gateway.url,
        '{ taskStatus(id: "a") { state } }',
        {},
        { authorization: `Bearer ${live.sandbox.token({ marker: 'bob' })}` },
      );
      await live.quiet();
      expect(stream.waiting).toBe(0);
      await live.pass(2_000);
      expect(rows(await stream.next())).toEqual(['a SUCCEEDED 100']);
    });
  });

  test('of a task that left the pending ones without a status see it run until it has one', async () => {
    await withLive({ version: 'beta', upstream: upstream.url }, async (live) => {
      const task = { id: 'a', launched: '2026-06-01T11:00:00.000Z', percentComplete: 50 };
      let isPending = true;
      let one: object = {};
      upstream.answer = ({ url = '' }, response) => {
        const body = url.includes('pending-tasks')
          ? isPending
            ? [task]
            : []
          : url.includes('/a')
            ? one
            : [];
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      };
      const stream = await live.open({ ids: ['a'] }, { accept: SSE });
      expect(rows(await stream.next())).toEqual(['a RUNNING 50']);
      isPending = false;
      one = { ...task, completed: '2026-06-01T12:00:00.000Z' };
      await live.pass(2_000);
      expect(rows(await stream.next())).toEqual(['a RUNNING 50']);
      await live.pass(4_000);
      expect(stream.waiting).toBe(0);
      one = { ...one, completionStatus: 'SUCCESS' };
      upstream.requests.length = 0;
      await live.pass(2_000);
      expect((await stream.rest()).map(rows)).toEqual([['a SUCCEEDED 50']]);
      expect(upstream.requests.map(({ url }) => url.replace(/\?.*/, ''))).toEqual([
        '/beta/task-status/pending-tasks',
        '/beta/task-status/a',
      ]);
    });
  });

  test('of polls that wait for the rate limit are not told stale within three intervals', async () => {
    await withLive({ environment: { SAIL_RATE_LIMIT: '5/60s' } }, async (live) => {
      live.sandbox.insert({ id: 'a' });
      const stream = await live.open();
      await stream.next();
      // Two calls of the two and a half that polls may take in a minute: the interval is 48 s.
      await live.pass(47_000);
      expect([stream.waiting, live.sandbox.calls.length]).toEqual([0, 2]);
      await live.pass(120_000);
      expect([stream.waiting, live.sandbox.calls.length <= 2 + 2.5 * 3]).toEqual([0, true]);
    });
  });

  test('take at most half of the rate limit', async () => {
    await withLive({ environment: { SAIL_RATE_LIMIT: '5/10s' } }, async (live) => {
      live.sandbox.insert({ id: 'a' });
      const stream = await live.open();
      await stream.next();
      await live.pass(100_000);
      const { length } = live.calls();
      expect(length).toBeGreaterThan(15);
      expect(length).toBeLessThanOrEqual(26);
      expect(stream.waiting).toBe(0);
    });
  });

  test('are told stale when a poll takes longer than OPERATION_DEADLINE, and their streams go on', async () => {
    await withLive({ upstream: upstream.url, environment: { OPERATION_DEADLINE: '6s' } }, async (live) => {
      const stream = await live.open();
      expect(told(await stream.next()).stale).toBe(false);
      await live.pass(60_000);
      expect(stream.waiting).toBe(0);
      const answer = upstream.answer;
      upstream.answer = () => undefined;
      await live.pass(16_500);
      expect(told(await stream.next())).toMatchObject({ changed: [], stale: true });
      upstream.answer = answer;
      await live.pass(20_000);
      expect(told(await stream.next())).toMatchObject({ changed: [], stale: false });
    });
  });
});
