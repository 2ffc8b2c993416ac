import { describe, expect, test } from '@jest/globals';
import { onEachVersion } from '../support/pair.js';

onEachVersion((pair) => {
  const wires = (): ReturnType<typeof pair.sandbox.tasks> => pair.sandbox.tasks();
  const listed = (): ReturnType<typeof pair.sandbox.tasks> =>
    wires().filter((task) => pair.listHoldsPending || task.completionStatus !== null);

  describe('page mode', () => {
    test('passes limit and offset on, and asks for no count that is not selected', async () => {
      const { data, errors } = await pair.ask('{ taskStatuses(limit: 10, offset: 20) { nodes { id } } }');
      expect(errors).toEqual([]);
      expect(data.taskStatuses.nodes.map((node: { id: string }) => node.id)).toEqual(
        listed()
          .slice(20, 30)
          .map(({ id }) => id),
      );
      expect(pair.queries()).toEqual([{ limit: '10', offset: '20' }]);
    });

    test('asks for the count only when totalCount is selected, be it in a fragment', async () => {
      const query = `query ($total: Boolean!) { taskStatuses(limit: 2) { nodes { id } ...T @include(if: $total) } }
        fragment T on TaskStatusConnection { ... { totalCount } }`;
      expect((await pair.ask(query, { total: true })).data.taskStatuses.totalCount).toBe(listed().length);
      expect((await pair.ask(query, { total: false })).data.taskStatuses.totalCount).toBeUndefined();
      expect(pair.queries()).toEqual([{ limit: '2', count: 'true' }, { limit: '2' }]);
    });

    test('totalCount alone costs one call that brings next to no rows', async () => {
      const { data } = await pair.ask('{ taskStatuses { totalCount } }');
      expect(data.taskStatuses.totalCount).toBe(listed().length);
      expect(pair.queries()).toEqual([{ limit: '1', count: 'true' }]);
    });

    test('hasNextPage is exact below 250 by one row more, in one call', async () => {
      const total = listed().length;
      for (const [offset, hasNextPage] of [
        [total - 10, false],
        [total - 11, true],
      ] as const) {
        const { data } = await pair.ask(
          `{ taskStatuses(limit: 10, offset: ${offset}) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`,
        );
        expect(data.taskStatuses.nodes).toHaveLength(10);
        expect(data.taskStatuses.pageInfo).toEqual({ hasNextPage, hasPreviousPage: true });
        expect(pair.queries()).toEqual([{ limit: '11', offset: String(offset) }]);
      }
    });

    test('hasNextPage is exact at 250 by the count on the same call', async () => {
      const total = listed().length;
      for (const [offset, hasNextPage] of [
        [total - 250, false],
        [total - 251, true],
        [total - 3, false],
      ] as const) {
        const { data } = await pair.ask(`{ taskStatuses(offset: ${offset}) { pageInfo { hasNextPage } } }`);
        expect(data.taskStatuses.pageInfo).toEqual({ hasNextPage });
        expect(pair.queries()).toEqual([{ limit: '250', offset: String(offset), count: 'true' }]);
      }
    });

    test('a page of which nothing is selected that is not known costs no call', async () => {
      const { data } = await pair.ask(
        '{ taskStatuses(limit: 3) { __typename pageInfo { hasPreviousPage } } }',
      );
      expect(data.taskStatuses.pageInfo).toEqual({ hasPreviousPage: false });
      expect(pair.calls()).toEqual([]);
    });

    test('the sort goes to the upstream', async () => {
      const { data } = await pair.ask(
        '{ taskStatuses(limit: 3, sort: { field: CREATED, direction: ASC }) { nodes { id } } }',
      );
      expect(data.taskStatuses.nodes.map((node: { id: string }) => node.id)).toEqual(
        listed()
          .toReversed()
          .slice(0, 3)
          .map(({ id }) => id),
      );
      expect(pair.queries()).toEqual([{ limit: '3', sorters: 'created' }]);
    });
  });

  describe('filters', () => {
    test('conditions given together must all hold', async () => {
      const source = wires().find((task) => task.target?.type === 'APPLICATION')?.target?.id ?? '';
      const { data, errors } = await pair.ask(
        `query ($source: ID!) { taskStatuses(filter: {
           sourceId: { eq: $source }, completionStatus: { in: [SUCCESS, TEMP_ERROR] } }) {
           totalCount nodes { target { id } completionStatus } } }`,
        { source },
      );
      expect(errors).toEqual([]);
      const expected = wires().filter(
        (task) =>
          task.target?.id === source && ['SUCCESS', 'TEMPERROR'].includes(task.completionStatus ?? ''),
      );
      expect(data.taskStatuses.totalCount).toBe(expected.length);
      expect(expected.length).toBeGreaterThan(0);
      expect(pair.queries()[0]?.['filters']).toBe(
        `sourceId eq "${source}" and completionStatus in ("SUCCESS","TEMPERROR")`,
      );
    });

    test('an empty list matches nothing and costs no call', async () => {
      const { data, errors } = await pair.ask(
        '{ taskStatuses(filter: { id: { in: [] } }) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } } }',
      );
      expect(errors).toEqual([]);
      expect(data.taskStatuses).toEqual({
        totalCount: 0,
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, startCursor: null },
      });
      expect(pair.calls()).toEqual([]);
    });

    test('empty conditions are none', async () => {
      await pair.ask('{ taskStatuses(limit: 1, filter: {}) { nodes { id } } }');
      await pair.ask('{ taskStatuses(limit: 1, filter: { id: {}, launcher: {} }) { nodes { id } } }');
      expect(pair.queries()).toEqual([{ limit: '1' }, { limit: '1' }]);
    });

    const refusals = [
      ['filter: null', 'filter', 'must not be null'],
      ['filter: { id: null }', 'filter.id', 'must not be null'],
      ['filter: { id: { eq: null } }', 'filter.id.eq', 'must not be null'],
      ['filter: { sourceId: { in: null } }', 'filter.sourceId.in', 'must not be null'],
      [
        'filter: { completionStatus: { isNull: null } }',
        'filter.completionStatus.isNull',
        'must not be null',
      ],
      ['filter: { completionStatus: { eq: UNKNOWN } }', 'filter.completionStatus.eq', 'must not be UNKNOWN'],
      [
        'filter: { completionStatus: { in: [SUCCESS, UNKNOWN] } }',
        'filter.completionStatus.in[1]',
        'must not be UNKNOWN',
      ],
      ['filter: { id: { eq: "" } }', 'filter.id.eq', 'must not be empty'],
      ['filter: { id: { in: ["a", ".."] } }', 'filter.id.in[1]', 'must not be "." or ".."'],
      [`filter: { sourceId: { eq: "${'x'.repeat(129)}" } }`, 'filter.sourceId.eq', 'longer than 128'],
      [
        `filter: { id: { in: [${Array.from({ length: 250 }, (_, i) => `"${String(i).padStart(32, '0')}"`).join()}] } }`,
        'filter',
        '8000 bytes',
      ],
      ['limit: 0', 'limit', 'from 1 to 250'],
      ['limit: 251', 'limit', 'from 1 to 250'],
      ['first: 0', 'first', 'from 1 to 250'],
      ['first: 251', 'first', 'from 1 to 250'],
      ['offset: -1', 'offset', '0 or more'],
      ['limit: 1, first: 1', 'limit', 'page mode'],
      ['offset: 0, first: 1', 'offset', 'page mode'],
      ['after: ""', 'after', 'malformed'],
      ['after: "nonsense"', 'after', 'malformed'],
    ] as [args: string, argument: string, rule: string][];
    test.each(refusals.map(([args, argument, rule]) => [argument, rule, args] as const))(
      'the argument %s is refused by the rule “%s”, without a call',
      async (argument, rule, args) => {
        const { status, data, errors } = await pair.ask(
          `{ taskStatuses(${args}) { nodes { id } } ok: __typename }`,
        );
        expect(status).toBe(200);
        expect(data).toEqual({ taskStatuses: null, ok: 'Query' });
        expect(errors).toHaveLength(1);
        expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
        expect(errors[0]?.message).toContain(rule);
        expect(errors[0]?.message).toContain(`"${argument}"`);
        expect(pair.calls()).toEqual([]);
      },
    );

    test('text that is not well-formed Unicode is refused by name and rule, without a call', async () => {
      const { errors } = await pair.ask(
        'query ($id: ID!) { taskStatuses(filter: { id: { eq: $id } }) { nodes { id } } }',
        {
          id: '\ud800',
        },
      );
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter.id.eq' });
      expect(pair.calls()).toEqual([]);
    });

    test('null page arguments are treated as absent, because clients ask for a first page that way', async () => {
      const { errors } = await pair.ask(
        '{ taskStatuses(first: 2, after: null, limit: null, sort: null) { nodes { id } } }',
      );
      expect(errors).toEqual([]);
      expect(pair.queries()).toEqual([{ limit: '2', sorters: '-created' }]);
    });

    test('a filter on the launcher works where the version has it, and else is refused by field and version', async () => {
      const launcher = listed()[0]?.launcher ?? '';
      const { data, errors } = await pair.ask(
        'query ($l: String!) { taskStatuses(limit: 5, filter: { launcher: { eq: $l } }) { nodes { launcher } } }',
        { l: launcher },
      );
      if (['v2026', 'v1'].includes(pair.version)) {
        expect(errors).toEqual([]);
        expect(new Set(data.taskStatuses.nodes.map((node: { launcher: string }) => node.launcher))).toEqual(
          new Set([launcher]),
        );
      } else {
        expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter.launcher' });
        expect(errors[0]?.message).toContain(pair.version);
        expect(pair.calls()).toEqual([]);
      }
    });

    test('a kind that the upstream refuses is BAD_USER_INPUT with the upstream’s words', async () => {
      pair.sandbox.configure({ kindsRefused: ['CLOUD_REFRESH_ROLE'] });
      const { data, errors } = await pair.ask(
        '{ taskStatuses(filter: { kind: { eq: CLOUD_REFRESH_ROLE } }) { nodes { id } } }',
      );
      expect(data).toEqual({ taskStatuses: null });
      expect(errors[0]?.message).toContain('Unsupported Task Definition type');
      expect(errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        upstream: { status: 400, trackingId: expect.any(String), requestId: expect.any(String) },
      });
    });

    test('a kind finds what its definition’s name says', async () => {
      const { data } = await pair.ask(
        '{ taskStatuses(limit: 50, filter: { kind: { eq: CLOUD_ACCOUNT_AGGREGATION } }) { nodes { uniqueName } } }',
      );
      expect(data.taskStatuses.nodes).toHaveLength(50);
      for (const { uniqueName } of data.taskStatuses.nodes)
        expect(uniqueName).toMatch(/^Cloud Account Aggregation/);
    });
  });

  describe('pending tasks by filter', () => {
    const isPending = ({ completionStatus }: { completionStatus: string | null }): boolean =>
      completionStatus === null;

    test('isNull: true finds exactly the pending ones', async () => {
      const { data, errors } = await pair.ask(
        '{ taskStatuses(filter: { completionStatus: { isNull: true } }) { totalCount nodes { id completionStatus } } }',
      );
      expect(errors).toEqual([]);
      expect(data.taskStatuses.totalCount).toBe(wires().filter(isPending).length);
      expect(data.taskStatuses.nodes.every(isPending)).toBe(true);
    });

    test('isNull: true alone costs one call for its total', async () => {
      await pair.ask('{ taskStatuses(filter: { completionStatus: { isNull: true } }) { totalCount } }');
      expect(pair.calls()).toEqual([
        pair.listHoldsPending ? 'GET getTaskStatusList' : 'HEAD getPendingTaskHeaders',
      ]);
    });

    test('isNull: true with a source finds that source’s', async () => {
      const source =
        wires().find((task) => isPending(task) && task.target?.type === 'APPLICATION')?.target?.id ?? '';
      const { data, errors } = await pair.ask(
        `query ($source: ID!) { taskStatuses(
           filter: { sourceId: { eq: $source }, completionStatus: { isNull: true } }, sort: { field: CREATED, direction: ASC }) {
           totalCount nodes { id } } }`,
        { source: source.toUpperCase() },
      );
      expect(errors).toEqual([]);
      const expected = wires()
        .filter((task) => isPending(task) && task.target?.id === source)
        .toReversed();
      expect(data.taskStatuses.nodes.map((node: { id: string }) => node.id)).toEqual(
        expected.map(({ id }) => id),
      );
      expect(data.taskStatuses.totalCount).toBe(expected.length);
    });

    test('isNull: false finds exactly the others', async () => {
      const { data, errors } = await pair.ask(
        '{ taskStatuses(limit: 250, filter: { completionStatus: { isNull: false } }) { totalCount nodes { completionStatus } } }',
      );
      expect(errors).toEqual([]);
      expect(data.taskStatuses.totalCount).toBe(wires().length - wires().filter(isPending).length);
      expect(data.taskStatuses.nodes.some(isPending)).toBe(false);
    });

    test('isNull: true with a status matches nothing and costs no call', async () => {
      const { data } = await pair.ask(
        '{ taskStatuses(filter: { completionStatus: { isNull: true, eq: ERROR } }) { totalCount nodes { id } } }',
      );
      expect(data.taskStatuses).toEqual({ totalCount: 0, nodes: [] });
      expect(pair.calls()).toEqual([]);
    });

    test('isNull: true with a kind works where the list holds pending tasks, and else is refused', async () => {
      const { errors } = await pair.ask(
        '{ taskStatuses(filter: { completionStatus: { isNull: true }, kind: { eq: CLOUD_ACCOUNT_AGGREGATION } }) { nodes { id } } }',
      );
      if (pair.listHoldsPending) expect(errors).toEqual([]);
      else {
        expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter.kind' });
        expect(errors[0]?.message).toContain(pair.version);
      }
    });
  });

  describe('pendingTasks', () => {
    test('gives the pending tasks, those that are queued and those that run', async () => {
      const { data, errors } = await pair.ask(
        '{ pendingTasks { totalCount nodes { id state completionStatus } pageInfo { hasNextPage } } }',
      );
      expect(errors).toEqual([]);
      const { nodes, totalCount, pageInfo } = data.pendingTasks;
      expect(nodes).toHaveLength(totalCount);
      expect(pageInfo.hasNextPage).toBe(false);
      expect(new Set(nodes.map((node: { state: string }) => node.state))).toEqual(
        new Set(['QUEUED', 'RUNNING']),
      );
      expect(pair.calls()).toHaveLength(1);
    });

    test('its totalCount alone is one call, and a HEAD where there is one', async () => {
      const { data } = await pair.ask('{ pendingTasks { totalCount } }');
      expect(data.pendingTasks.totalCount).toBe(
        wires().filter((task) => task.completionStatus === null).length,
      );
      expect(pair.calls()).toEqual([
        pair.listHoldsPending ? 'GET getTaskStatusList' : 'HEAD getPendingTaskHeaders',
      ]);
    });

    test('none at all is an empty page, be it a 204', async () => {
      for (const task of wires().filter(({ completionStatus }) => completionStatus === null))
        pair.sandbox.remove(task.id);
      for (const emptyPending of [200, 204] as const) {
        pair.sandbox.configure({ emptyPending });
        const { data, errors } = await pair.ask(
          '{ pendingTasks { totalCount nodes { id } pageInfo { hasNextPage endCursor } } total: pendingTasks { totalCount } }',
        );
        expect(errors).toEqual([]);
        expect(data).toEqual({
          pendingTasks: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
          total: { totalCount: 0 },
        });
      }
    });
  });
});
