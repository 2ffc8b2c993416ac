import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortDirection } from '../../src/model/enums.js';
import { rowsAfter } from '../../src/data-sources/cursor-seek.js';
import { loadedList, readAll } from '../../src/data-sources/offset-list.js';
import { readTaskPage } from '../../src/data-sources/task-page.js';
import { readPage, type Order } from '../../src/translation/page.translator.js';
import { dice, ShiftingList, taskOf, type Row, type Shift } from './shifting-list.js';

const RUNS = 200;

interface Scene {
  readonly rows: Row[];
  readonly sizes: number[];
  readonly shifts: Shift[];
  readonly seed: number;
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const shift = (removals: fc.Arbitrary<number>): fc.Arbitrary<Shift> =>
  fc.record({
    insertions: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 600 })),
    insertAt: fc.oneof(fc.constant(0), share),
    removals,
    removeAt: fc.oneof(fc.constant(0), share),
  });
const fewOrMany = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 400 }));

const scene: fc.Arbitrary<Scene> = fc
  .record({
    length: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 400 }) },
      { weight: 1, arbitrary: fc.constant(2_000) },
    ),
    spread: fc.constantFrom(1, 3, 40, 5_000),
    odd: fc.boolean(),
    sizes: fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 247, max: 250 }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    shifts: fc.array(shift(fewOrMany), { maxLength: 12 }),
    seed: fc.nat(),
  })
  .map(({ length, spread, odd, sizes, shifts, seed }) => {
    const roll = dice(seed);
    const ties = length > 400 ? Math.max(spread, 40) : spread;
    const drawn = Array.from({ length }, (_, index): Row => {
      const created = odd && roll(25) === 0 ? null : roll(ties) * 1_000;
      return { id: `r${index}`, created, named: index === 0 || !odd || roll(25) > 0 };
    });
    const dates = drawn.map(({ created }) => created ?? -1);
    const ends = [Math.min(...dates), Math.max(...dates)];
    const rows = drawn.map((row) => ({ ...row, named: row.named || ends.includes(row.created ?? -1) }));
    return { rows, sizes: sizes.map((size) => Math.max(size, Math.ceil(length / 40))), shifts, seed };
  });

async function walk(
  list: ShiftingList,
  sizes: readonly number[],
  order: Order,
  keepsLast = false,
): Promise<string[]> {
  const subject = { field: 'tasks', sort: order && { field: 'created' as never, direction: order } };
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; ; page += 1) {
    const size = sizes[page % sizes.length] ?? 1;
    const args = after === undefined ? { limit: size } : { first: size, after };
    const connection = await readTaskPage(list, readPage(args, subject), {
      rows: true,
      hasNextPage: true,
      totalCount: false,
    });
    ids.push(...connection.nodes.map(({ id }) => id));
    const { hasNextPage, endCursor } = connection.pageInfo;
    if (!hasNextPage) return ids;
    if (endCursor === null) throw new Error('a page without a cursor says that more follow');
    after = endCursor;
    if (keepsLast) list.kept = ids.at(-1);
  }
}

function expectEachOnce(ids: readonly string[], survivors: readonly string[]): void {
  const seen = new Set(ids);
  expect(ids.length - seen.size).toBe(0);
  expect(survivors.filter((id) => !seen.has(id))).toEqual([]);
}

describe('cursors in a changing list', () => {
  test.each([SortDirection.DESC, SortDirection.ASC])(
    'sorted %s lose and repeat no row that stays in the list',
    async (order) => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ rows, sizes, shifts, seed }) => {
          const list = new ShiftingList(rows, order, [...shifts], dice(seed));
          expectEachOnce(await walk(list, sizes, order), list.survivorsOf(rows));
        }),
        { numRuns: RUNS },
      );
    },
  );

  test('in the upstream’s order lose and repeat no row when rows arrive at the front', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ rows, sizes, shifts, seed }) => {
        const arrivals = shifts.map((each) => ({ ...each, insertAt: 0, removals: 0 }));
        const list = new ShiftingList(rows, undefined, arrivals, dice(seed));
        expectEachOnce(await walk(list, sizes, undefined), list.survivorsOf(rows));
      }),
      { numRuns: RUNS },
    );
  });

  test('in the upstream’s order lose and repeat no row when others than the cursor’s leave', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ rows, sizes, shifts, seed }) => {
        const leaving = shifts.map((each) => ({ ...each, insertAt: 0, removals: each.removals % 4 }));
        const list = new ShiftingList(rows, undefined, leaving, dice(seed));
        expectEachOnce(await walk(list, sizes, undefined, true), list.survivorsOf(rows));
      }),
      { numRuns: RUNS },
    );
  });

  test('repeat no row without a date when many of the cursor’s date arrive after it', async () => {
    const rows = Array.from({ length: 140 }, (_, index): Row => ({
      id: `r${index}`,
      created: index < 80 ? null : 1_000,
      named: true,
    }));
    const shifts = [0, 300].map((insertions): Shift => ({
      insertions,
      insertAt: 80.5 / 140,
      removals: 0,
      removeAt: 0,
    }));
    const list = new ShiftingList(rows, SortDirection.ASC, shifts, () => 1);
    expectEachOnce(await walk(list, [50], SortDirection.ASC), list.survivorsOf(rows));
  });

  test.each([3, 6])(
    'skip no row before one without a readable date, if the row at %i has left',
    async (offset) => {
      const tasks = [0, 1, 2, 4, 5, 6, 7].map((index) =>
        taskOf(`r${index}`, index === 6 ? null : (100 - index) * 1_000),
      );
      const after = { offset, created: 97_000, ids: ['r3'] };
      const list = loadedList(() => Promise.resolve(tasks));
      const { rows } = await rowsAfter(list, after, SortDirection.DESC, 10, false);
      expect(rows.map(({ task }) => task.id)).toEqual(['r4', 'r5', 'r6', 'r7']);
    },
  );

  test('skip no row when rows before it leave during the search', async () => {
    const rows = Array.from({ length: 251 }, (_, index): Row => ({
      id: `r${index}`,
      created: 0,
      named: true,
    }));
    const shifts = [
      [5, 0],
      [0, 2],
      [0, 1],
      [0, 3],
    ].map(([insertions = 0, removals = 0]): Shift => ({ insertions, insertAt: 0, removals, removeAt: 0 }));
    const list = new ShiftingList(rows, undefined, shifts, dice(0));
    expectEachOnce(await walk(list, [247, 7], undefined, true), list.survivorsOf(rows));
  });

  test.each([SortDirection.DESC, SortDirection.ASC])(
    'sorted %s lose and repeat no row when up to five rows of one date change places',
    async (order) => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ rows, sizes, shifts, seed }) => {
          const fives = rows.map((row, index) => ({
            ...row,
            created: Math.floor(index / 5) * 1_000,
            named: true,
          }));
          const few = shifts.map((each) => ({ ...each, insertions: each.insertions % 4 }));
          const list = new ShiftingList(fives, order, few, dice(seed));
          list.reordersTies = true;
          expectEachOnce(await walk(list, sizes, order), list.survivorsOf(fives));
        }),
        { numRuns: RUNS },
      );
    },
  );

  test('find each row that stays in the list once when the whole list is read', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ rows, shifts, seed }) => {
        const list = new ShiftingList(rows, undefined, [...shifts], dice(seed));
        expectEachOnce(
          (await readAll(list)).map(({ id }) => id),
          list.survivorsOf(rows),
        );
      }),
      { numRuns: RUNS },
    );
  });
});
