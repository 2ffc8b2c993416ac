import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TaskState } from '../../src/model/enums.js';
import type { TaskStatus } from '../../src/model/task-status.model.js';
import {
  addTasks,
  changesSince,
  haveAllEnded,
  presentState,
  type KnownTasks,
  type TaskView,
  type TaskChanges,
  type Watch,
} from '../../src/translation/task-changes.js';
import { hasEnded } from '../../src/translation/task-status.derived.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';

const NONE: KnownTasks = new Map();
const ALL: Watch = { ids: undefined, matches: () => true };

interface Life {
  launched?: string;
  completed?: string;
  completionStatus?: string;
  percentComplete?: number;
  modified?: string;
}

let clockMs = 0;
function row(id: string, life: Life): TaskStatus {
  const task = readTaskStatus({ id, ...life }, () => clockMs++);
  if (task === undefined) throw new Error('no id');
  return task;
}

const QUEUED: Life = {};
const RUNNING: Life = { launched: '2026-01-01T00:00:00.000Z' };
const RACING: Life = { ...RUNNING, completed: '2026-01-01T01:00:00.000Z' };
const ENDED: Life = { ...RACING, completionStatus: 'ERROR' };
const ids = ({ changed }: TaskChanges): string[] => changed.map(({ id }) => id);

describe('what is known of tasks', () => {
  test('is the same object if nothing is new, although durations have grown', () => {
    const known = addTasks(NONE, [row('a', RUNNING)]);
    expect(addTasks(known, [row('a', RUNNING)])).toBe(known);
    expect(addTasks(known, [])).toBe(known);
  });

  test.each([
    ['queued after running', RUNNING, QUEUED],
    ['running after ended', ENDED, RUNNING],
    ['racing after ended', ENDED, RACING],
    ['ended otherwise after ended', ENDED, { ...ENDED, completionStatus: 'SUCCESS' }],
    [
      'modified earlier',
      { ...RUNNING, modified: '2026-01-01T00:00:02.000Z', percentComplete: 60 },
      { ...RUNNING, modified: '2026-01-01T00:00:01.000Z', percentComplete: 50 },
    ],
  ])('ignores a row that is %s', (_, before, late) => {
    const known = addTasks(NONE, [row('a', before)]);
    expect(addTasks(known, [row('a', late)])).toBe(known);
  });

  test('takes the newest row of a task, in any order of the rows', () => {
    const rows = [row('a', RUNNING), row('a', ENDED), row('a', QUEUED)];
    expect(addTasks(NONE, rows).get('a')?.state).toBe(TaskState.FAILED);
    expect(addTasks(NONE, rows.reverse()).get('a')?.state).toBe(TaskState.FAILED);
  });

  test('keeps an ended task that the upstream no longer has, and takes a running one for gone', () => {
    const known = addTasks(NONE, [row('a', ENDED), row('b', RUNNING)], []);
    const later = addTasks(known, [], ['a', 'b', 'c']);
    expect([later.get('a')?.state, later.get('b'), later.get('c')]).toEqual([TaskState.FAILED, null, null]);
    expect(addTasks(later, [], ['a', 'b', 'c'])).toBe(later);
  });
});

const viewOf = (known: KnownTasks): TaskView => ({ known, get: (id) => known.get(id) });

describe('the first event of a viewer', () => {
  const known = addTasks(NONE, [row('a', RUNNING), row('b', ENDED), row('c', QUEUED)], ['d']);

  test('has the pending tasks that match', () => {
    const running: Watch = { ids: undefined, matches: ({ state }) => state === TaskState.RUNNING };
    expect([ids(presentState(viewOf(known), ALL)), ids(presentState(viewOf(known), running))]).toEqual([
      ['a', 'c'],
      ['a'],
    ]);
  });

  test('has tasks by id in any state, and says which are gone', () => {
    const { changed, gone } = presentState(viewOf(known), { ...ALL, ids: new Set(['b', 'd', 'a']) });
    expect([changed.map(({ id }) => id), gone]).toEqual([['b', 'a'], ['d']]);
  });
});

describe('a later event of a viewer', () => {
  const before = addTasks(NONE, [row('a', RUNNING), row('b', QUEUED)]);

  test('has what is new, progressed or ended', () => {
    const now = addTasks(before, [row('a', ENDED), row('b', QUEUED), row('c', QUEUED)]);
    expect(ids(changesSince(viewOf(before), viewOf(now), ALL))).toEqual(['a', 'c']);
  });

  test('has a task once more that no longer matches, and then no more', () => {
    const pending: Watch = { ids: undefined, matches: ({ completionStatus }) => completionStatus === null };
    const ended = addTasks(before, [row('a', ENDED)]);
    expect(ids(changesSince(viewOf(before), viewOf(ended), pending))).toEqual(['a']);
    expect(ids(changesSince(viewOf(ended), viewOf(addTasks(ended, [row('a', ENDED)])), pending))).toEqual([]);
  });

  test('has a task when it gets to a status that is watched', () => {
    const failures: Watch = { ids: undefined, matches: ({ state }) => state === TaskState.FAILED };
    expect(ids(presentState(viewOf(before), failures))).toEqual([]);
    expect(ids(changesSince(viewOf(before), viewOf(addTasks(before, [row('a', ENDED)])), failures))).toEqual([
      'a',
    ]);
  });

  test('says that a task is gone only to those who were told of it, or named it', () => {
    const now = addTasks(before, [], ['a']);
    const others: Watch = { ids: undefined, matches: ({ id }) => id === 'b' };
    expect(changesSince(viewOf(before), viewOf(now), ALL).gone).toEqual(['a']);
    expect(changesSince(viewOf(before), viewOf(now), others).gone).toEqual([]);
    expect(changesSince(viewOf(before), viewOf(now), { ...others, ids: new Set(['a']) }).gone).toEqual(['a']);
  });
});

describe('random lives of tasks, as viewers see them', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('advance' as const), task: fc.nat(7) }),
    fc.record({ do: fc.constant('disappear' as const), task: fc.nat(7) }),
    fc.record({ do: fc.constant('late' as const), task: fc.nat(7) }),
    fc.record({ do: fc.constant('poll' as const), task: fc.nat(7) }),
    fc.record({ do: fc.constant('join' as const), task: fc.nat(7), named: fc.boolean() }),
    fc.record({ do: fc.constant('look' as const), task: fc.nat(7) }),
  );

  test('end in the upstream’s state, without an end missed or a state taken back', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
        const run = new Run();
        for (const each of steps) run.take(each);
        run.finish();
      }),
      { numRuns: 3_000 },
    );
  });
});

interface Step {
  readonly do: 'advance' | 'disappear' | 'late' | 'poll' | 'join' | 'look';
  readonly task: number;
  readonly named?: boolean;
}

interface Viewer {
  readonly watch: Watch;
  told: KnownTasks;
  readonly seen: Map<string, TaskStatus | null>;
  readonly ends: Map<string, number>;
}

const STAGES: readonly Life[] = [QUEUED, RUNNING, { ...RUNNING, percentComplete: 50 }, RACING, ENDED];
const rank = ({ state }: TaskStatus): number =>
  state === TaskState.QUEUED ? 0 : state === TaskState.RUNNING ? 1 : 2;

/** An upstream, what a poller knows of it, and viewers, of whom some look rarely. */
class Run {
  /** By task, its stage; -1 is gone. */
  private readonly upstream = new Map<string, number>();
  private readonly old: TaskStatus[] = [];
  private readonly viewers: Viewer[] = [];
  private known = NONE;

  take({ do: what, task, named }: Step): void {
    const id = `t${task}`;
    const stage = this.upstream.get(id);
    if (what === 'advance') {
      if (stage !== undefined) this.old.push(row(id, STAGES[Math.max(0, stage)] ?? {}));
      if (stage !== -1) this.upstream.set(id, Math.min((stage ?? -1) + 1, STAGES.length - 1));
    } else if (what === 'disappear') {
      if (stage !== undefined && stage < STAGES.length - 1) this.upstream.set(id, -1);
    } else if (what === 'late') {
      const late = this.old[task];
      if (late && this.upstream.get(late.id) !== -1 && this.known.has(late.id))
        this.known = addTasks(this.known, [late]);
    } else if (what === 'poll') this.poll();
    else if (what === 'join') this.join(named ? new Set([id, `t${(task + 1) % 8}`]) : undefined);
    else if (this.viewers.length > 0) this.look(this.viewers[task % this.viewers.length] as Viewer);
  }

  finish(): void {
    this.poll();
    for (const viewer of this.viewers) {
      this.look(viewer);
      const { ids: names } = viewer.watch;
      for (const [id, stage] of this.upstream) {
        const seen = viewer.seen.get(id);
        if (names?.has(id) === false) expect(seen).toBeUndefined();
        else if (stage === -1) expect(seen ?? null).toBeNull();
        else if (stage < STAGES.length - 1 || names)
          expect(seen && rank(seen)).toBe(rank(row(id, STAGES[stage] ?? {})));
        // A viewer that saw it pending has seen its end.
        else if (seen) expect(hasEnded(seen)).toBe(true);
      }
      for (const count of viewer.ends.values()) expect(count).toBe(1);
      if (names)
        expect(haveAllEnded(viewOf(this.known), names)).toBe(
          [...names].every((id) => [undefined, -1, STAGES.length - 1].includes(this.upstream.get(id))),
        );
    }
  }

  /** Reads the pending tasks, and by id those that left them or are named. */
  private poll(): void {
    const pending = [...this.upstream].filter(([, stage]) => stage >= 0 && stage < STAGES.length - 1);
    const listed = new Set(pending.map(([id]) => id));
    const named = this.viewers.flatMap(({ watch }) => [...(watch.ids ?? [])]);
    const open = [...this.known].flatMap(([id, task]) => (task && !hasEnded(task) ? [id] : []));
    const asked = new Set([...open, ...named].filter((id) => !listed.has(id)));
    const read = [...pending];
    const missing: string[] = [];
    for (const id of asked) {
      const stage = this.upstream.get(id);
      if (stage === undefined || stage === -1) missing.push(id);
      else read.push([id, stage]);
    }
    this.known = addTasks(
      this.known,
      read.map(([id, stage]) => row(id, STAGES[stage] ?? {})),
      missing,
    );
  }

  private join(names: ReadonlySet<string> | undefined): void {
    const viewer: Viewer = {
      watch: { ids: names, matches: () => true },
      told: this.known,
      seen: new Map(),
      ends: new Map(),
    };
    this.viewers.push(viewer);
    this.poll();
    viewer.told = this.known;
    this.tell(viewer, presentState(viewOf(this.known), viewer.watch));
  }

  private look(viewer: Viewer): void {
    const changes = changesSince(viewOf(viewer.told), viewOf(this.known), viewer.watch);
    viewer.told = this.known;
    this.tell(viewer, changes);
  }

  private tell({ seen, ends }: Viewer, { changed, gone }: TaskChanges): void {
    for (const task of changed) {
      const before = seen.get(task.id);
      if (before) expect(rank(task)).toBeGreaterThanOrEqual(rank(before));
      if (hasEnded(task)) ends.set(task.id, (ends.get(task.id) ?? 0) + 1);
      seen.set(task.id, task);
    }
    for (const id of gone) seen.set(id, null);
  }
}
