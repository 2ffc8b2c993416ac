import { describe, expect, test } from '@jest/globals';
import { onEachVersion, type Pair } from '../support/pair.js';

const page = 'totalCount nodes { id } pageInfo { hasNextPage endCursor }';
const representations = (ids: readonly string[]): object => ({
  of: ids.map((id) => ({ __typename: 'Source', id })),
});

/** Asks a field of sources as a router does. */
function askSources(pair: Pair, ids: readonly string[], field: string): ReturnType<Pair['ask']> {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Source { id ${field} } } }`;
  return pair.ask(query, representations(ids));
}

/** Sources `s0` … with so many finished and pending tasks each; a task's `created` falls with its number. */
function seed(pair: Pair, sources: number, finished: number, pending = 0): string[] {
  for (let source = 0; source < sources; source++) {
    const target = { id: `s${source}`, type: 'APPLICATION', name: `Source ${source}` };
    for (let task = 0; task < finished; task++) {
      const created = new Date(pair.now - 60_000 * (task * sources + source + 1)).toISOString();
      const fields = { id: `s${source}-${task}`, created, launched: created, completed: created };
      pair.sandbox.insert({ ...fields, target, completionStatus: task % 2 ? 'ERROR' : 'SUCCESS' });
    }
    for (let task = 0; task < pending; task++) {
      const created = new Date(pair.now - 1000 * (task * sources + source + 1)).toISOString();
      pair.sandbox.insert({ id: `p${source}-${task}`, created, target });
    }
  }
  return Array.from({ length: sources }, (_, source) => `s${source}`);
}

const idsOf = (connection: any): string[] => connection.nodes.map(({ id }: { id: string }) => id);
const ended = 'filter: {completionStatus: {in: [SUCCESS, ERROR]}}';

onEachVersion(
  (pair) => {
    describe('the tasks of many sources', () => {
      test('of few tasks come in one call, each page and total exact', async () => {
        const ids = seed(pair, 20, 5);
        const { data, errors } = await askSources(pair, ids, `taskStatuses(limit: 3, ${ended}) { ${page} }`);
        expect(errors).toEqual([]);
        expect(data._entities).toHaveLength(20);
        for (const { id, taskStatuses } of data._entities) {
          expect(idsOf(taskStatuses)).toEqual([0, 1, 2].map((task) => `${id}-${task}`));
          expect(taskStatuses).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
        }
        const [query, ...others] = pair.queries();
        expect(others).toEqual([]);
        expect(query).toMatchObject({ limit: '250' });
        expect(query?.['filters']).toContain('sourceId in ("s0","s1",');
      });

      test('a source without a task has an empty page, and ids match without regard to case', async () => {
        seed(pair, 2, 2);
        const { data, errors } = await askSources(
          pair,
          ['S0', 's1', 'none', 's0'],
          `taskStatuses { ${page} }`,
        );
        expect(errors).toEqual([]);
        expect(data._entities.map(({ taskStatuses }: any) => idsOf(taskStatuses))).toEqual([
          ['s0-0', 's0-1'],
          ['s1-0', 's1-1'],
          [],
          ['s0-0', 's0-1'],
        ]);
        expect(data._entities[2].taskStatuses).toMatchObject({
          totalCount: 0,
          pageInfo: { hasNextPage: false },
        });
        expect(pair.calls()).toEqual(['GET getTaskStatusList']);
      });

      test('take a call for each order and filter', async () => {
        const ids = seed(pair, 3, 3);
        const { data } = await askSources(
          pair,
          ids,
          `new: taskStatuses(sort: {field: CREATED, direction: DESC}, limit: 1) { ${page} }
         old: taskStatuses(sort: {field: CREATED, direction: ASC}, limit: 1) { ${page} }
         older: taskStatuses(sort: {field: CREATED, direction: ASC}, limit: 2) { ${page} }
         failed: taskStatuses(filter: {completionStatus: {eq: ERROR}}) { ${page} }`,
        );
        for (const { id, new: newest, old, older, failed } of data._entities) {
          expect(idsOf(newest)).toEqual([`${id}-0`]);
          expect([idsOf(old), idsOf(older)]).toEqual([[`${id}-2`], [`${id}-2`, `${id}-1`]]);
          expect(idsOf(failed)).toEqual([`${id}-1`]);
        }
        expect(pair.calls()).toHaveLength(3);
      });

      test('a filter on sourceId holds besides', async () => {
        const ids = seed(pair, 2, 1);
        const { data } = await askSources(
          pair,
          ids,
          'taskStatuses(filter: {sourceId: {eq: "s1"}}) { nodes { id } }',
        );
        expect(data._entities.map(({ taskStatuses }: any) => idsOf(taskStatuses))).toEqual([[], ['s1-0']]);
      });

      test('one source costs what its list costs', async () => {
        seed(pair, 1, 5);
        const { data } = await askSources(pair, ['s0'], 'taskStatuses(limit: 2) { nodes { id } }');
        expect(idsOf(data._entities[0].taskStatuses)).toEqual(['s0-0', 's0-1']);
        expect(pair.queries()).toEqual([{ limit: '2', filters: 'sourceId eq "s0"' }]);
      });

      test('nothing selected of the pages, no call', async () => {
        await askSources(pair, ['s0', 's1'], 'taskStatuses { __typename }');
        expect(pair.calls()).toEqual([]);
      });

      test('where the joined answer is full, a call a source brings what is beyond it', async () => {
        const ids = seed(pair, 2, 200);
        const { data } = await askSources(pair, ids, `taskStatuses(${ended}) { ${page} }`);
        for (const { id, taskStatuses } of data._entities) {
          expect(taskStatuses.totalCount).toBe(200);
          expect(idsOf(taskStatuses)).toEqual(Array.from({ length: 200 }, (_, task) => `${id}-${task}`));
        }
        expect(pair.calls()).toHaveLength(3);
      });

      test('where the joined answer is full, it still has the first rows of each', async () => {
        const ids = seed(pair, 20, 20);
        const field = 'taskStatuses(first: 5) { nodes { id } pageInfo { hasNextPage } }';
        const { data } = await askSources(pair, ids, field);
        for (const { id, taskStatuses } of data._entities) {
          expect(idsOf(taskStatuses)).toEqual([0, 1, 2, 3, 4].map((task) => `${id}-${task}`));
          expect(taskStatuses.pageInfo.hasNextPage).toBe(true);
        }
        expect(pair.calls()).toHaveLength(1);
      });

      test('where the joined answer is full, a total is asked of each source', async () => {
        const ids = seed(pair, 20, 20);
        const { data } = await askSources(pair, ids, `taskStatuses(limit: 2, ${ended}) { ${page} }`);
        for (const { taskStatuses } of data._entities)
          expect(taskStatuses).toMatchObject({ totalCount: 20, nodes: [{}, {}] });
        expect(pair.calls()).toHaveLength(21);
      });

      test('over 100 sources, or long ids, take more calls of at most 100 ids and 8,000 bytes', async () => {
        await askSources(
          pair,
          Array.from({ length: 101 }, (_, i) => `t${i}`).concat('t0'),
          `taskStatuses { ${page} }`,
        );
        expect(pair.calls()).toHaveLength(2);
        const long = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(128, 'ü'));
        const { errors } = await askSources(pair, long, `taskStatuses { ${page} }`);
        expect(errors).toEqual([]);
        const queries = pair.queries();
        expect(queries.length).toBeGreaterThan(2);
        for (const { filters = '' } of queries)
          expect(encodeURIComponent(filters).length).toBeLessThanOrEqual(8000);
      });

      test('continue after cursors and at offsets', async () => {
        const ids = seed(pair, 2, 5);
        const { data } = await askSources(pair, ids, `taskStatuses(first: 2, ${ended}) { ${page} }`);
        const [{ taskStatuses: first }] = data._entities;
        const after = JSON.stringify(first.pageInfo.endCursor);
        const next = await askSources(
          pair,
          ['s0'],
          `taskStatuses(first: 2, after: ${after}, ${ended}) { ${page} }`,
        );
        expect(next.errors).toEqual([]);
        expect(idsOf(next.data._entities[0].taskStatuses)).toEqual(['s0-2', 's0-3']);
        const at = await askSources(pair, ids, `taskStatuses(limit: 2, offset: 3, ${ended}) { ${page} }`);
        expect(at.data._entities.map(({ taskStatuses }: any) => idsOf(taskStatuses))).toEqual([
          ['s0-3', 's0-4'],
          ['s1-3', 's1-4'],
        ]);
        expect(at.data._entities[0].taskStatuses.pageInfo.hasNextPage).toBe(false);
        const other = await askSources(
          pair,
          ['s1'],
          `taskStatuses(first: 2, after: ${after}, ${ended}) { ${page} }`,
        );
        expect(other.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
      });

      test('rows without an id leave nothing sure: each source is asked alone', async () => {
        const ids = seed(pair, 3, 4);
        pair.sandbox.configure({ noIdRate: 1 });
        const { data, errors } = await askSources(
          pair,
          ids,
          `taskStatuses(${ended}) { totalCount nodes { id } }`,
        );
        expect(errors).toEqual([]);
        expect(data._entities.map(({ taskStatuses }: any) => taskStatuses)).toEqual(
          ids.map(() => ({ totalCount: 4, nodes: [] })),
        );
        expect(pair.calls()).toHaveLength(4);
      });

      test('a failure is an error of each list, and of nothing else', async () => {
        pair.sandbox.configure({ errorRate: 1, errorStatus: 501 });
        const { data, errors } = await askSources(pair, ['s0', 's1'], `taskStatuses { ${page} }`);
        expect(data._entities).toEqual([
          { id: 's0', taskStatuses: null },
          { id: 's1', taskStatuses: null },
        ]);
        expect(errors.map(({ path }) => path)).toEqual([
          ['_entities', 0, 'taskStatuses'],
          ['_entities', 1, 'taskStatuses'],
        ]);
        expect(pair.calls()).toHaveLength(1);
      });

      test('a join that is refused as a whole says nothing of its sources', async () => {
        const ids = seed(pair, 2, 1);
        pair.sandbox.configure({ errorRate: 1, errorStatus: 414, faultLimit: 1 });
        const { data, errors } = await askSources(pair, ids, 'taskStatuses { nodes { id } }');
        expect(errors).toEqual([]);
        expect(data._entities.map(({ taskStatuses }: any) => idsOf(taskStatuses))).toEqual([
          ['s0-0'],
          ['s1-0'],
        ]);
        expect(pair.calls()).toHaveLength(3);
      });

      test('two callers at the same time never share a call', async () => {
        const ids = seed(pair, 2, 2);
        const tokens = [pair.sandbox.token({ marker: 'a' }), pair.sandbox.token({ marker: 'b' })];
        pair.sandbox.configure({ launcherIsCaller: true });
        const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Source { taskStatuses { nodes { launcher } } } } }`;
        const replies = await Promise.all(
          tokens.map((token) => pair.ask(query, representations(ids), { authorization: `Bearer ${token}` })),
        );
        for (const [index, { data }] of replies.entries()) {
          const launchers = data._entities.flatMap(({ taskStatuses }: any) => taskStatuses.nodes);
          expect(launchers).toHaveLength(4);
          expect(new Set(launchers.map(({ launcher }: any) => launcher))).toEqual(new Set(['ab'[index]]));
        }
        expect(pair.calls()).toHaveLength(2);
      });
    });

    describe('the pending tasks of many sources', () => {
      test('come from one reading, in every mode', async () => {
        const ids = seed(pair, 4, 1, 3);
        for (const args of ['', '(first: 250)']) {
          pair.calls();
          const { data, errors } = await askSources(pair, ids, `pendingTasks${args} { ${page} }`);
          expect(errors).toEqual([]);
          for (const { id, pendingTasks } of data._entities) {
            expect(idsOf(pendingTasks)).toEqual([0, 1, 2].map((task) => `${id.replace('s', 'p')}-${task}`));
            expect(pendingTasks).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false } });
          }
          expect(pair.calls()).toEqual([
            pair.listHoldsPending ? 'GET getTaskStatusList' : 'GET getPendingTasks',
          ]);
        }
      });

      test('are asked for by filter where the list holds them', async () => {
        await askSources(pair, seed(pair, 2, 0, 1), 'pendingTasks { nodes { id } }');
        const [query] = pair.queries();
        expect(query?.['filters']).toBe(
          pair.listHoldsPending ? 'sourceId in ("s0","s1") and completionStatus isnull' : undefined,
        );
      });

      test('are what taskStatuses gives for completionStatus.isNull, read once for both', async () => {
        const ids = seed(pair, 2, 1, 2);
        const { data } = await askSources(
          pair,
          ids,
          'pendingTasks { nodes { id } } taskStatuses(filter: {completionStatus: {isNull: true}}) { nodes { id } }',
        );
        for (const { pendingTasks, taskStatuses } of data._entities) {
          expect(pendingTasks.nodes).toHaveLength(2);
          expect(taskStatuses).toEqual(pendingTasks);
        }
        expect(pair.calls()).toHaveLength(1);
      });

      test('are read again after each update of an operation', async () => {
        seed(pair, 2, 0, 2);
        const input = (id: string): string =>
          `(input: {id: "${id}", patch: [{op: REPLACE, path: "/completionStatus", value: "TERMINATED"}]})`;
        const selection = '{ taskStatus { target { source { pendingTasks { nodes { id } } } } } }';
        const { data, errors } = await pair.ask(
          `mutation { a: updateTaskStatus${input('p0-0')} ${selection} b: updateTaskStatus${input('p0-1')} ${selection} }`,
        );
        expect(errors).toEqual([]);
        const left = (field: any): string[] => idsOf(field.taskStatus.target.source.pendingTasks);
        expect([left(data.a), left(data.b)]).toEqual([['p0-1'], []]);
      });

      test('continue after their cursors', async () => {
        const [id = ''] = seed(pair, 1, 0, 3);
        const { data } = await askSources(pair, [id], `pendingTasks(first: 2) { ${page} }`);
        const { endCursor } = data._entities[0].pendingTasks.pageInfo;
        const after = JSON.stringify(endCursor);
        const next = await askSources(pair, [id], `pendingTasks(first: 2, after: ${after}) { ${page} }`);
        expect(idsOf(next.data._entities[0].pendingTasks)).toEqual(['p0-2']);
      });
    });
  },
  { tasks: 120 },
);
