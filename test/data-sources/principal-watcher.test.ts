import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Poll } from '../../src/data-sources/watching/poll.js';
import { PrincipalWatcher } from '../../src/data-sources/watching/principal-watcher.js';
import type { TaskViewer } from '../../src/data-sources/watching/task-viewer.js';
import type { TaskStatus } from '../../src/model/task-status.model.js';
import type { Watch } from '../../src/translation/task-changes.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import { VirtualClock } from '../support/virtual-clock.js';

const LAUNCHED = '2026-01-01T00:00:00.000Z';
const ALL: Watch = { ids: undefined, matches: () => true };
const named = (...ids: string[]): Watch => ({ ids: new Set(ids), matches: () => true });

/** By id, what the upstream has: percent of a running task, or 'ended'. */
let tasks: Map<string, number | 'ended'>;
let failure: Error | undefined;
/** Answers of lookups that differ from `tasks`. */
let lookups: Map<string, TaskStatus | Error | null>;
let newestFailure: Error | undefined;
/** Whether calls wait for their turn. */
let isHeld: boolean;
let calls: string[];
let clock: VirtualClock;
let watcher: PrincipalWatcher;
let idle: number;

function rowOf(id: string): TaskStatus | null {
  const state = tasks.get(id);
  if (state === undefined) return null;
  const wire =
    state === 'ended'
      ? { id, launched: LAUNCHED, completed: LAUNCHED, completionStatus: 'SUCCESS' }
      : { id, launched: LAUNCHED, percentComplete: state };
  return readTaskStatus(wire, () => 0) ?? null;
}

function startPoll(isForeground: boolean): Poll {
  let made = 0;
  let end = (): void => undefined;
  const call = async <T>(name: string, answer: () => T): Promise<T> => {
    if (isHeld)
      await new Promise((_resolve, reject) => {
        end = () => {
          reject(new UpstreamError({ failure: 'cancelled' }));
        };
      });
    made += 1;
    calls.push(isForeground ? `${name}!` : name);
    await Promise.resolve();
    if (failure) throw failure;
    return answer();
  };
  const all = (): TaskStatus[] => [...tasks.keys()].map((id) => rowOf(id) as TaskStatus);
  return {
    pending: () => call('pending', () => all().filter(({ completionStatus }) => completionStatus === null)),
    async byIds(ids) {
      if (ids.length === 0) return new Map();
      const rows = (): [string, TaskStatus | Error | null][] =>
        ids.map((id) => [id, lookups.get(id) ?? rowOf(id)]);
      return new Map(await call(`byIds ${ids.join()}`, rows));
    },
    newest: () =>
      call('newest', () => {
        if (newestFailure) throw newestFailure;
        return all();
      }),
    get calls() {
      return made;
    },
    end: () => {
      end();
    },
  };
}

beforeEach(() => {
  tasks = new Map<string, number | 'ended'>([
    ['old', 'ended'],
    ['a', 10],
    ['b', 20],
  ]);
  failure = undefined;
  lookups = new Map();
  newestFailure = undefined;
  isHeld = false;
  calls = [];
  idle = 0;
  clock = new VirtualClock();
  watcher = new PrincipalWatcher({
    clock,
    startPoll,
    lateMs: 15_000,
    intervalMs: (running) => (running ? 2_000 : 10_000),
    onLeave: () => undefined,
    onIdle: () => (idle += 1),
  });
});

/** Collects what a viewer is told, as text. */
function follow(viewer: TaskViewer): string[] {
  const told: string[] = [];
  void (async () => {
    try {
      for await (const { changed, gone, stale } of viewer)
        told.push(
          [
            ...changed.map(({ id, percentComplete, state }) => `${id} ${percentComplete ?? state}`),
            ...gone.map((id) => `${id} gone`),
            ...(stale ? ['stale'] : []),
          ].join(', '),
        );
      told.push('complete');
    } catch (error) {
      told.push(error instanceof UpstreamError ? error.details.failure : 'error');
    }
  })();
  return told;
}

const add = (watch: Watch, key = [...(watch.ids ?? ['all'])].join()): string[] =>
  follow(watcher.add(key, watch));
const settle = (): Promise<void> => clock.advance(0);

describe('a watcher', () => {
  test('tells a viewer the pending tasks, and then what progresses and ends', async () => {
    const told = add(ALL);
    await settle();
    expect(told).toEqual(['a 10, b 20']);
    tasks.set('a', 50);
    await clock.advance(2_000);
    tasks.set('a', 'ended');
    await clock.advance(2_000);
    await clock.advance(2_000);
    expect(told).toEqual(['a 10, b 20', 'a 50', 'a SUCCEEDED']);
  });

  test('polls once an interval for a thousand viewers, and not at all without one', async () => {
    const viewers = Array.from({ length: 1_000 }, () => watcher.add('all', ALL));
    viewers.forEach(follow);
    await settle();
    await clock.advance(2_000);
    expect(calls).toEqual(['pending!', 'newest', 'pending']);
    for (const viewer of viewers) void viewer.return();
    await clock.advance(60_000);
    expect([calls.length, idle]).toEqual([3, 1]);
  });

  test('serves a viewer that joins from what is known', async () => {
    add(ALL);
    await settle();
    calls.length = 0;
    const told = add(ALL);
    await settle();
    expect([told, calls]).toEqual([['a 10, b 20'], []]);
  });

  test('gives viewers of the same tasks the same event object', async () => {
    const [first, second] = [watcher.add('all', ALL), watcher.add('all', ALL)];
    const [one, two] = await Promise.all([first.next(), second.next(), settle()]);
    expect(one.value).toBe(two.value);
  });

  test('completes when all named tasks have ended or are gone, and looks ended ones up once', async () => {
    const told = add(named('a', 'old', 'none'));
    await settle();
    expect(told).toEqual(['a 10, old SUCCEEDED, none gone']);
    expect(calls).toEqual(['pending!', 'byIds old,none!', 'newest']);
    calls.length = 0;
    await clock.advance(2_000);
    tasks.set('a', 'ended');
    await clock.advance(2_000);
    expect(told).toEqual(['a 10, old SUCCEEDED, none gone', 'a SUCCEEDED', 'complete']);
    expect(calls.filter((call) => call.startsWith('byIds'))).toEqual(['byIds a']);
  });

  test('tells nobody else of an old task that a viewer names', async () => {
    const told = add(ALL);
    await settle();
    add(named('old'));
    await settle();
    await clock.advance(4_000);
    expect(told).toEqual(['a 10, b 20']);
  });

  test('finds tasks that began and ended between two polls, and tells them once', async () => {
    const told = add(ALL);
    await settle();
    tasks.set('quick', 'ended');
    await clock.advance(60_000);
    expect(told).toEqual(['a 10, b 20', 'quick SUCCEEDED']);
  });

  test('takes no old task for news when the first poll failed', async () => {
    failure = new UpstreamError({ failure: 'status', status: 503 });
    add(ALL);
    await settle();
    failure = undefined;
    const told = add(ALL);
    await clock.advance(60_000);
    expect(told).toEqual(['a 10, b 20']);
  });

  test('tells a failed poll once as stale, and the next one that works', async () => {
    const told = add(ALL);
    await settle();
    failure = new UpstreamError({ failure: 'status', status: 503 });
    await clock.advance(6_000);
    failure = undefined;
    await clock.advance(4_000);
    expect(told).toEqual(['a 10, b 20', 'stale', '']);
  });

  test('ends a stream whose first poll fails, with its error', async () => {
    failure = new UpstreamError({ failure: 'status', status: 503 });
    const told = add(ALL);
    await settle();
    expect(told).toEqual(['status']);
  });

  test.each([401, 403])('ends all streams if the list is refused with %i', async (status) => {
    const [all, one] = [add(ALL), add(named('a'))];
    await settle();
    failure = new UpstreamError({ failure: 'status', status });
    await clock.advance(2_000);
    expect([all.at(-1), one.at(-1)]).toEqual(['status', 'status']);
  });

  test('ends the streams that name a task whose read is forbidden, and no others', async () => {
    const [all, one] = [add(ALL), add(named('a'))];
    await settle();
    tasks.set('a', 'ended');
    lookups.set('a', new UpstreamError({ failure: 'status', status: 403 }));
    await clock.advance(2_000);
    expect([all, one.at(-1)]).toEqual([['a 10, b 20', 'a gone'], 'status']);
  });

  test('tells at once what a query or an update brings, but no old task', async () => {
    const told = add(ALL);
    await settle();
    tasks.set('a', 90);
    watcher.learn(['a', 'old'].map((id) => rowOf(id) as TaskStatus));
    await settle();
    expect(told).toEqual(['a 10, b 20', 'a 90']);
  });

  test('shows no task again that had ended and was forgotten, not even to a late answer', async () => {
    const told = add(ALL);
    await settle();
    const late = rowOf('a') as TaskStatus;
    tasks.set('a', 'ended');
    await clock.advance(8_000);
    watcher.learn([late]);
    await clock.advance(60_000);
    expect(told).toEqual(['a 10, b 20', 'a SUCCEEDED']);
  });

  test('tells a viewer that reads slowly the latest state alone', async () => {
    const viewer = watcher.add('all', ALL);
    await Promise.all([viewer.next(), settle()]);
    for (const percent of [30, 40, 50]) {
      tasks.set('a', percent);
      await clock.advance(2_000);
    }
    const { value } = await viewer.next();
    expect(value?.changed.map(({ percentComplete }) => percentComplete)).toEqual([50]);
  });

  test('goes on polling for a viewer that joins within an interval after the last one left', async () => {
    const first = watcher.add('all', ALL);
    follow(first);
    await settle();
    await first.return();
    await clock.advance(500);
    const told = add(ALL);
    await settle();
    tasks.set('a', 60);
    await clock.advance(20_000);
    expect([told, idle]).toEqual([['a 10, b 20', 'a 60'], 0]);
  });

  test('polls for nobody, and ends, if viewers leave before their first event', async () => {
    await watcher.add('all', ALL).return();
    await clock.advance(60_000);
    expect([calls, idle, clock.timers]).toEqual([[], 1, 0]);
    const viewer = watcher.add('all', ALL);
    await Promise.resolve();
    await viewer.return();
    await clock.advance(60_000);
    expect([idle, clock.timers]).toEqual([2, 0]);
  });

  test('ends within an interval of running tasks if the last viewer leaves during a poll', async () => {
    const viewer = watcher.add('all', ALL);
    follow(viewer);
    await settle();
    isHeld = true;
    await clock.advance(2_000);
    await viewer.return();
    await clock.advance(2_000);
    expect([idle, clock.timers]).toEqual([1, 0]);
  });

  test('tells as stale what the rate limit has not let be polled for 30 seconds', async () => {
    const told = add(ALL);
    await settle();
    failure = new UpstreamError({ failure: 'rate_limited' });
    await clock.advance(29_000);
    expect(told).toEqual(['a 10, b 20']);
    await clock.advance(2_000);
    expect(told).toEqual(['a 10, b 20', 'stale']);
  });

  test('fails only those who name a task whose lookup fails', async () => {
    lookups.set('x', new UpstreamError({ failure: 'status', status: 500 }));
    const [all, one] = [add(ALL), add(named('x'))];
    await clock.advance(2_000);
    expect([all, one]).toEqual([['a 10, b 20'], ['status']]);
  });

  test('completes for ids that have ended without a match', async () => {
    const told = follow(watcher.add('b', { ids: new Set(['b']), matches: ({ id }) => id === 'none' }));
    await settle();
    tasks.set('b', 'ended');
    await clock.advance(2_000);
    expect(told).toEqual(['', 'complete']);
  });

  test('polls soon after a hint, but at most once a second', async () => {
    add(ALL);
    await settle();
    calls.length = 0;
    for (let hint = 0; hint < 50; hint++) watcher.pollSoon();
    await clock.advance(999);
    expect(calls).toEqual([]);
    await clock.advance(1);
    expect(calls).toEqual(['pending']);
  });

  test('never shows a named task that had ended as running, by a late answer or by the list', async () => {
    tasks.set('x', 'ended');
    const told = add(named('x', 'a'));
    await settle();
    tasks.set('x', 40);
    watcher.learn([rowOf('x') as TaskStatus]);
    await clock.advance(4_000);
    expect(told).toEqual(['x SUCCEEDED, a 10']);
  });

  test('tells a task by the id that a viewer names, though the upstream writes it in another case', async () => {
    lookups.set('OLD', rowOf('old'));
    const told = add(named('OLD'));
    await settle();
    expect(told).toEqual(['OLD SUCCEEDED', 'complete']);
  });

  test('tells each who names it that a task is forbidden', async () => {
    lookups.set('x', new UpstreamError({ failure: 'status', status: 403 }));
    add(ALL);
    const first = add(named('x'));
    await settle();
    const second = add(named('x'));
    await settle();
    expect([first, second]).toEqual([['status'], ['status']]);
  });

  test('tells each who names it that a pending task has become forbidden', async () => {
    const [all, first] = [add(ALL), add(named('a'))];
    await settle();
    tasks.set('a', 'ended');
    lookups.set('a', new UpstreamError({ failure: 'status', status: 403 }));
    await clock.advance(2_000);
    const second = add(named('a'));
    await settle();
    expect([all.at(-1), first.at(-1), second]).toEqual(['a gone', 'status', ['status']]);
  });

  test('tells nobody that the newest page could not be read, and reads it when it is due again', async () => {
    newestFailure = new UpstreamError({ failure: 'timeout' });
    const told = add(ALL);
    await clock.advance(22_000);
    expect(told).toEqual(['a 10, b 20']);
    expect(calls.filter((call) => call === 'newest')).toHaveLength(2);
  });

  test('polls in the foreground for a viewer that joins while a poll waits for its turn', async () => {
    add(ALL);
    await settle();
    isHeld = true;
    await clock.advance(2_000);
    const told = add(ALL, 'another');
    isHeld = false;
    await settle();
    expect([told, calls.at(-1)]).toEqual([['a 10, b 20'], 'pending!']);
  });

  test('serves nobody from a view that was read before a refusal', async () => {
    add(ALL);
    await settle();
    failure = new UpstreamError({ failure: 'status', status: 401 });
    await clock.advance(2_000);
    const told = add(ALL);
    await settle();
    expect(told).toEqual(['status']);
  });

  test('forgets what has ended though one viewer reads slowly, and tells that one the end', async () => {
    const viewer = watcher.add('slow', ALL);
    await Promise.all([viewer.next(), settle()]);
    add(ALL);
    for (let index = 0; index < 20; index++) {
      tasks.set(`t${index}`, 1);
      await clock.advance(2_000);
      tasks.set(`t${index}`, 'ended');
      await clock.advance(2_000);
      if (index % 5 === 4) {
        const { value } = await viewer.next();
        expect(value?.changed).toHaveLength(5);
      }
    }
    expect(watcher.size).toBe(2);
    expect(viewer.toldView?.known.size).toBeLessThan(12);
  });
});
