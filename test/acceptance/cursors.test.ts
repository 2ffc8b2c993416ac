import { expect, test } from '@jest/globals';
import { NOON, onEachVersion, type Pair } from '../support/pair.js';

interface PageOf {
  nodes: { id: string; created: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
}

async function page(pair: Pair, field: string, args: string, after?: string | null): Promise<PageOf> {
  const { data, errors } = await pair.ask(
    `query ($after: String) { page: ${field}(${args}, after: $after) {
       nodes { id created } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    { after },
  );
  expect(errors).toEqual([]);
  return data.page as PageOf;
}

/** Returns the ids of all rows, read by cursor. `between` is called after each page, and can change the list. */
async function walk(
  pair: Pair,
  field: string,
  args: string,
  between: (turn: number) => void = () => undefined,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let turn = 0; turn < 1000; turn++) {
    const { nodes, pageInfo } = await page(pair, field, args, after);
    ids.push(...nodes.map(({ id }) => id));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
    between(turn);
  }
  throw new Error('the list has no end');
}

const duplicates = (ids: readonly string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index);

onEachVersion((pair) => {
  const listed = (): string[] =>
    pair.sandbox
      .tasks()
      .filter((task) => pair.listHoldsPending || task.completionStatus !== null)
      .map(({ id }) => id);

  test('with first the newest come first, and each further page costs one call', async () => {
    const first = await page(pair, 'taskStatuses', 'first: 100');
    const second = await page(pair, 'taskStatuses', 'first: 100', first.pageInfo.endCursor);
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(listed().slice(0, 200));
    expect([first.pageInfo.hasPreviousPage, second.pageInfo.hasPreviousPage]).toEqual([false, true]);
    expect(pair.calls()).toHaveLength(2);
  });

  test('pages of any size are the whole list together', async () => {
    for (const size of [100, 249, 250])
      expect(await walk(pair, 'taskStatuses', `first: ${size}`)).toEqual(listed());
    const ascending = await walk(
      pair,
      'taskStatuses',
      'first: 200, sort: { field: CREATED, direction: ASC }',
    );
    expect(ascending).toEqual(listed().toReversed());
  });

  test('no row is lost or repeated while tasks arrive and complete between pages', async () => {
    const before = listed();
    const pending = pair.pending(20);
    const seen = await walk(pair, 'taskStatuses', 'first: 40', (turn) => {
      pair.now += 60_000;
      for (let i = 0; i <= turn * 5; i++) pair.sandbox.insert({ completionStatus: 'SUCCESS' });
      const id = pending[turn];
      if (id !== undefined) pair.sandbox.complete(id);
    });
    expect(duplicates(seen)).toEqual([]);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  test('no row is lost or repeated while rows before the page leave', async () => {
    const before = listed();
    const gone = new Set<string>();
    const seen = await walk(pair, 'taskStatuses', 'first: 30', (turn) => {
      for (const id of before.slice(turn * 29, turn * 29 + 7)) {
        pair.sandbox.remove(id);
        gone.add(id);
      }
    });
    expect(duplicates(seen)).toEqual([]);
    expect(before.filter((id) => !gone.has(id) && !seen.includes(id))).toEqual([]);
  });

  test('many tasks created in the same millisecond are each given once', async () => {
    const created = new Date(NOON - 1000).toISOString();
    for (let i = 0; i < 50; i++) pair.sandbox.insert({ completionStatus: 'SUCCESS', created });
    const seen = await walk(
      pair,
      'taskStatuses',
      'first: 7, filter: { completionStatus: { eq: SUCCESS } }',
      () => {
        pair.sandbox.insert({ completionStatus: 'SUCCESS', created });
      },
    );
    expect(duplicates(seen)).toEqual([]);
    const all = pair.sandbox
      .tasks()
      .filter((task) => task.completionStatus === 'SUCCESS' && task.created !== created);
    expect(all.filter(({ id }) => !seen.includes(id))).toEqual([]);
  });

  test('the pending tasks come newest first, none lost or repeated while others complete', async () => {
    const before = pair.pending(60);
    const done = new Set<string>();
    const seen = await walk(pair, 'pendingTasks', 'first: 5', (turn) => {
      const id = before[turn * 5 + 4];
      if (id === undefined) return;
      pair.sandbox.complete(id);
      done.add(id);
      pair.sandbox.insert({});
    });
    expect(duplicates(seen)).toEqual([]);
    expect(before.filter((id) => !done.has(id) && !seen.includes(id))).toEqual([]);
    expect(seen.slice(0, 5)).toEqual(before.slice(0, 5));
  });

  test('a page’s edges carry cursors that after takes with the same sort', async () => {
    for (const [field, sort] of [
      ['taskStatuses', ', sort: { field: CREATED, direction: ASC }'],
      ['taskStatuses', ''],
      ['pendingTasks', ''],
    ] as const) {
      const { data } = await pair.ask(
        `{ page: ${field}(limit: 20, offset: 10${sort}) { edges { cursor node { id } } } }`,
      );
      const { edges } = data.page as { edges: { cursor: string; node: { id: string } }[] };
      expect(edges).toHaveLength(20);
      for (const index of [0, 7]) {
        const next = await page(pair, field, `first: 5${sort}`, edges[index]?.cursor);
        expect(next.nodes.map(({ id }) => id)).toEqual(
          edges.slice(index + 1, index + 6).map(({ node }) => node.id),
        );
      }
    }
  });

  test('after needs no first', async () => {
    const { pageInfo } = await page(pair, 'taskStatuses', 'first: 3');
    const { data, errors } = await pair.ask(
      'query ($a: String) { taskStatuses(after: $a) { nodes { id } } }',
      {
        a: pageInfo.endCursor,
      },
    );
    expect(errors).toEqual([]);
    expect(data.taskStatuses.nodes.map(({ id }: { id: string }) => id)).toEqual(listed().slice(3, 253));
  });

  test('a cursor of another field, filter or sort is refused, and one whose row is gone is not', async () => {
    const { nodes, pageInfo } = await page(pair, 'taskStatuses', 'first: 3');
    const after = pageInfo.endCursor;
    for (const field of [
      'pendingTasks(after: $after)',
      'taskStatuses(after: $after, filter: { completionStatus: { eq: SUCCESS } })',
      'taskStatuses(after: $after, sort: { field: CREATED, direction: ASC })',
    ]) {
      const { errors } = await pair.ask(`query ($after: String) { ${field} { nodes { id } } }`, { after });
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'after' });
    }
    const before = listed();
    pair.sandbox.remove(nodes[2]?.id ?? '');
    expect((await page(pair, 'taskStatuses', 'first: 3', after)).nodes.map(({ id }) => id)).toEqual(
      before.slice(3, 6),
    );
  });
});
