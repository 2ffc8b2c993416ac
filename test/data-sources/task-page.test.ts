import { describe, expect, test } from '@jest/globals';
import { SortDirection, TaskStatusSortField } from '../../src/model/enums.js';
import type { TaskStatusConnection } from '../../src/model/connection.model.js';
import { readAll, loadedList } from '../../src/data-sources/offset-list.js';
import { readTaskPage, type PageSelection } from '../../src/data-sources/task-page.js';
import type { PageArgs } from '../../src/model/inputs.js';
import { readPage, type Order } from '../../src/translation/page.translator.js';
import { ShiftingList, taskOf, type Row } from './shifting-list.js';

const { DESC, ASC } = SortDirection;
const everything: PageSelection = { rows: true, hasNextPage: true, totalCount: false };

const rowsOf = (length: number, over: Partial<Row> = {}): Row[] =>
  Array.from({ length }, (_, index) => ({ id: `r${index}`, created: index * 10, named: true, ...over }));

function page(
  list: ShiftingList,
  args: PageArgs,
  order: Order,
  needs: Partial<PageSelection> = {},
): Promise<TaskStatusConnection> {
  const sort = order && { field: TaskStatusSortField.CREATED, direction: order };
  return readTaskPage(list, readPage(args, { field: 'tasks', sort }), { ...everything, ...needs });
}

describe('a page costs no more calls than it needs', () => {
  test.each([1, 2, 50, 246, 247])('of %i rows costs one call, wherever it begins', async (first) => {
    for (const order of [DESC, ASC]) {
      const list = new ShiftingList(rowsOf(first * 3 + 1), order);
      let after: string | null = null;
      for (let calls = 1; calls <= 4; calls += 1) {
        const { pageInfo }: TaskStatusConnection = await page(list, { first, after }, order);
        expect(list.calls).toHaveLength(calls);
        expect(pageInfo.hasNextPage).toBe(calls < 4);
        after = pageInfo.endCursor;
      }
    }
  });

  test.each([248, 249, 250])('of %i rows costs at most two calls after a cursor', async (first) => {
    const list = new ShiftingList(rowsOf(1_000), DESC);
    const { pageInfo } = await page(list, { first }, DESC);
    const before = list.calls.length;
    const second = await page(list, { first, after: pageInfo.endCursor }, DESC);
    expect(list.calls.length - before).toBeLessThanOrEqual(2);
    expect(second.nodes).toHaveLength(first);
    expect(second.pageInfo.hasNextPage).toBe(true);
  });

  test('asks for one row more only if hasNextPage is selected', async () => {
    const list = new ShiftingList(rowsOf(20), DESC);
    await page(list, { limit: 5, offset: 3 }, DESC);
    await page(list, { limit: 5, offset: 3 }, DESC, { hasNextPage: false });
    await page(list, { limit: 5, offset: 3 }, DESC, { rows: false });
    expect(list.calls).toEqual([
      { offset: 3, size: 6, count: false },
      { offset: 3, size: 5, count: false },
      { offset: 3, size: 6, count: false },
    ]);
  });

  test('counts where totalCount is selected, in the same call', async () => {
    const list = new ShiftingList(rowsOf(20), DESC);
    const { totalCount, pageInfo } = await page(list, { first: 5 }, DESC, { totalCount: true });
    expect(totalCount).toBe(20);
    const next = await page(list, { first: 5, after: pageInfo.endCursor }, DESC, { totalCount: true });
    expect(next.totalCount).toBe(20);
    expect(list.calls.map(({ count }) => count)).toEqual([true, true]);
  });

  test('asks for the total alone if that is all, and for nothing without a selection', async () => {
    const list = new ShiftingList(rowsOf(20), DESC);
    const needs = { rows: false, hasNextPage: false };
    expect(await page(list, { first: 5 }, DESC, { ...needs, totalCount: true })).toMatchObject({
      totalCount: 20,
      nodes: [],
    });
    expect(await page(list, { first: 5 }, DESC, needs)).toMatchObject({ totalCount: null });
    expect(list.calls).toEqual([]);
  });
});

describe('hasNextPage is exact', () => {
  test.each([
    [248, 248],
    [249, 248],
    [249, 249],
    [250, 249],
    [250, 250],
    [251, 250],
    [500, 250],
  ])('for a list of %i rows and a page of %i', async (length, limit) => {
    for (const tellsTotal of [true, false]) {
      for (const offset of [0, 7]) {
        const list = new ShiftingList(rowsOf(length + offset), DESC);
        list.tellsTotal = tellsTotal;
        const { pageInfo, nodes } = await page(list, { limit, offset }, DESC);
        expect(pageInfo.hasNextPage).toBe(length > limit);
        expect(nodes).toHaveLength(limit);
        expect(list.calls).toHaveLength(limit === 250 && !tellsTotal ? 2 : 1);
      }
    }
  });

  test('a page of fewer than 250 rows costs no second call', async () => {
    const list = new ShiftingList(rowsOf(249), DESC);
    list.tellsTotal = false;
    expect((await page(list, { limit: 250 }, DESC)).pageInfo.hasNextPage).toBe(false);
    expect(list.calls).toEqual([{ offset: 0, size: 250, count: true }]);
  });

  test('a page of 250 counts only if the total is selected', async () => {
    const list = new ShiftingList(rowsOf(400), DESC);
    await page(list, { limit: 250 }, DESC, { hasNextPage: false });
    expect(list.calls).toEqual([{ offset: 0, size: 250, count: false }]);
  });

  test.each([249, 250])('after a cursor with %i rows a page', async (first) => {
    for (const rest of [first - 1, first, first + 1]) {
      const list = new ShiftingList(rowsOf(10 + rest), DESC);
      const { pageInfo } = await page(list, { first: 10 }, DESC);
      const next = await page(list, { first, after: pageInfo.endCursor }, DESC);
      expect(next.pageInfo.hasNextPage).toBe(rest > first);
      expect(next.nodes).toHaveLength(Math.min(rest, first));
    }
  });
});

describe('a page', () => {
  test('tells whether rows precede it by its offset or its cursor', async () => {
    const list = new ShiftingList(rowsOf(20), DESC);
    const { pageInfo } = await page(list, { first: 5 }, DESC);
    expect(pageInfo.hasPreviousPage).toBe(false);
    expect((await page(list, { limit: 5, offset: 1 }, DESC)).pageInfo.hasPreviousPage).toBe(true);
    const next = await page(list, { first: 5, after: pageInfo.endCursor }, DESC);
    expect(next.pageInfo.hasPreviousPage).toBe(true);
  });

  test('has a cursor for each edge, the first and last of which are its own', async () => {
    const list = new ShiftingList(rowsOf(20), DESC);
    const { edges, pageInfo, nodes } = await page(list, { first: 5 }, DESC);
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(edges.at(0)?.cursor).toBe(pageInfo.startCursor);
    expect(edges.at(-1)?.cursor).toBe(pageInfo.endCursor);
    for (const [index, { cursor }] of edges.entries()) {
      const next = await page(list, { first: 1, after: cursor }, DESC);
      expect(next.nodes[0]?.id).toBe(`r${18 - index}`);
    }
  });

  test('after the list’s end is empty, without cursors', async () => {
    const list = new ShiftingList(rowsOf(3), DESC);
    const { pageInfo } = await page(list, { first: 3 }, DESC);
    for (const args of [{ first: 3, after: pageInfo.endCursor }, { offset: 9 }]) {
      expect(await page(list, args, DESC)).toMatchObject({
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
      });
    }
  });

  test('leaves rows without an id out', async () => {
    const list = new ShiftingList(
      rowsOf(6).map((row, index) => ({ ...row, named: index % 2 === 0 })),
      ASC,
    );
    expect((await page(list, { limit: 4 }, ASC)).nodes.map(({ id }) => id)).toEqual(['r0', 'r2']);
  });

  test('goes on by date where its cursor’s row has left, however far the list has shifted', async () => {
    const rows = rowsOf(1_500);
    const list = new ShiftingList(rows, DESC);
    const { pageInfo } = await page(list, { limit: 1, offset: 750 }, DESC);
    list.rows = list.rows.slice(600).filter(({ id }) => id !== 'r749');
    expect((await page(list, { first: 1, after: pageInfo.endCursor }, DESC)).nodes[0]?.id).toBe('r748');
    expect(list.calls.length).toBeLessThan(12);
  });
});

test('rows of one date that change places are neither lost nor repeated', async () => {
  const list = new ShiftingList(rowsOf(4, { created: 7 }), DESC);
  const { pageInfo } = await page(list, { first: 1 }, DESC);
  const [a, b, c, d] = list.rows;
  list.rows = [c, a, d, b].filter((row) => row !== undefined);
  const { nodes } = await page(list, { first: 5, after: pageInfo.endCursor }, DESC);
  expect(nodes.map(({ id }) => id).sort()).toEqual(['r1', 'r2', 'r3']);
});

test.each([7, null])(
  'rows of one date by the thousand are each read once, by cursors that stay short: %j',
  async (created) => {
    const list = new ShiftingList(rowsOf(2_600, { created }), DESC);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo }: TaskStatusConnection = await page(list, { first: 250, after }, DESC);
      seen.push(...nodes.map(({ id }) => id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      expect(after?.length ?? 0).toBeLessThan(32_000);
    } while (after !== null);
    expect([seen.length, new Set(seen).size]).toEqual([2_600, 2_600]);
  },
);

describe('reading ends', () => {
  test.each([1, 249, 250, 251, 700])('where none of %i rows has an id', async (length) => {
    for (const order of [DESC, ASC, undefined]) {
      const list = new ShiftingList(rowsOf(length, { named: false }), order);
      list.maxCalls = 40;
      expect((await page(list, { limit: 250 }, order)).nodes).toEqual([]);
      const ghost = new ShiftingList(rowsOf(1), order);
      const { pageInfo } = await page(ghost, { limit: 1 }, order);
      expect((await page(list, { first: 5, after: pageInfo.endCursor }, order)).nodes).toEqual([]);
      list.calls.length = 0;
      expect(await readAll(list)).toEqual([]);
    }
  });

  test.each([248, 249, 250, 498])('where the row at offset %i has no id', async (unnamed) => {
    const list = new ShiftingList(
      rowsOf(600).map((row, index) => ({ ...row, named: index !== unnamed })),
      undefined,
    );
    list.maxCalls = 12;
    expect(await readAll(list)).toHaveLength(599);
  });

  test('where an upstream heeds no offset', async () => {
    const tasks = rowsOf(250).map(({ id }) => taskOf(id));
    let calls = 0;
    const stubborn = {
      slice: (offset: number, size: number) => {
        calls += 1;
        if (calls > 1_000) return Promise.reject(new Error('too many calls'));
        return Promise.resolve({ offset, rows: tasks.slice(0, size), total: null, ended: false });
      },
      total: () => Promise.resolve(null),
    };
    await expect(readAll(stubborn)).resolves.toHaveLength(250);
  });
});

describe('a list that is held whole', () => {
  test('is loaded once, when it is first read', async () => {
    let loads = 0;
    const sequence = loadedList(() => {
      loads += 1;
      return Promise.resolve(rowsOf(5).map(({ id }) => taskOf(id)));
    });
    expect(loads).toBe(0);
    expect(await sequence.total()).toBe(5);
    expect(await sequence.slice(3, 2, false)).toMatchObject({ offset: 3, total: 5, ended: true });
    expect(await sequence.slice(0, 4, false)).toMatchObject({ ended: false });
    expect((await sequence.slice(9, 4, false)).rows).toEqual([]);
    expect(loads).toBe(1);
  });
});
