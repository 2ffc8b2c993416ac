import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { Live, openStream, type EventStream, type LiveEvent } from '../support/event-stream.js';
import { ask, Pair } from '../support/pair.js';
import { routers, type Router } from './routers.js';
import { sourcesSdl, startSourcesSubgraph, type SourcesSubgraph } from './sources-subgraph.js';

describe.each(Object.entries(routers))('through %s', (_name, startRouter) => {
  const pair = new Pair('beta');
  let sources: SourcesSubgraph;
  let router: Router;

  beforeAll(async () => {
    [sources] = await Promise.all([startSourcesSubgraph(), pair.start()]);
    const { supergraphSdl, errors } = composeServices([
      {
        name: 'tasks',
        url: `${pair.gateway.url}/graphql`,
        typeDefs: parse(readFileSync('schema/subgraph.graphql', 'utf8')),
      },
      { name: 'sources', url: sources.url, typeDefs: parse(sourcesSdl) },
    ]);
    expect(errors).toBeUndefined();
    router = await startRouter(supergraphSdl ?? '');
  });
  afterAll(async () => {
    await router.stop();
    await pair.stop();
    await sources.stop();
  });
  beforeEach(() => {
    pair.reset();
    sources.requests.length = 0;
    sources.ids = [
      ...new Set(
        pair.sandbox.tasks().flatMap(({ target }) => (target?.type === 'APPLICATION' ? target.id : [])),
      ),
    ];
  });

  test('tasks lead to the name and the owner of their sources: one call of either', async () => {
    const query = readFileSync('test/federation/operations/failures-with-owners.graphql', 'utf8');
    const { data, errors } = await ask(router.url, query);
    expect(errors).toEqual([]);
    const targets = data.taskStatuses.nodes.flatMap(({ target }: any) =>
      target?.source ? target.source : [],
    );
    expect(targets.length).toBeGreaterThan(5);
    for (const { id, name, owner } of targets)
      expect([name, owner]).toEqual([`Source ${id}`, { alias: `owner.${id}` }]);
    expect(pair.calls()).toEqual(['GET getTaskStatusList']);
    expect(sources.requests).toHaveLength(1);
  });

  test('20 sources of few tasks lead to their tasks: one call, and one more for all that is pending', async () => {
    sources.ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    for (const id of sources.ids) {
      pair.sandbox.insert({
        id: `t-${id}`,
        target: { id, type: 'APPLICATION', name: id },
        completionStatus: 'ERROR',
      });
    }
    const query = readFileSync('test/federation/operations/sources-with-tasks.graphql', 'utf8');
    const { data, errors } = await ask(router.url, query);
    expect(errors).toEqual([]);
    expect(data.sources).toHaveLength(20);
    for (const { id, name, taskStatuses } of data.sources) {
      expect(name).toBe(`Source ${id}`);
      expect(taskStatuses).toEqual({ totalCount: 1, nodes: [{ id: `t-${id}`, state: 'FAILED' }] });
    }
    expect(pair.calls().sort()).toEqual(['GET getPendingTasks', 'GET getTaskStatusList']);
  });

  test('the pending tasks of 20 sources are read once', async () => {
    const { data, errors } = await ask(
      router.url,
      '{ sources { id pendingTasks { nodes { id target { id } } } } }',
    );
    expect(errors).toEqual([]);
    expect(data.sources.some(({ pendingTasks }: any) => pendingTasks.nodes.length > 1)).toBe(true);
    for (const { id, pendingTasks } of data.sources)
      expect(pendingTasks.nodes.every(({ target }: any) => target.id === id)).toBe(true);
    expect(pair.calls()).toEqual(['GET getPendingTasks']);
  });

  test('arguments and input objects arrive as they were written', async () => {
    const query = `query ($filter: TaskStatusFilterInput, $sort: TaskStatusSortInput) {
      sources(limit: 3) { id taskStatuses(filter: $filter, sort: $sort, first: 3) { nodes { completionStatus } pageInfo { hasNextPage } } } }`;
    const filter = { completionStatus: { in: ['ERROR', 'TEMP_ERROR'] } };
    const { data, errors } = await ask(router.url, query, {
      filter,
      sort: { field: 'CREATED', direction: 'ASC' },
    });
    expect(errors).toEqual([]);
    expect(data.sources.flatMap(({ taskStatuses }: any) => taskStatuses.nodes).length).toBeGreaterThan(2);
    expect(pair.queries()[0]?.['filters']).toContain('completionStatus in ("ERROR","TEMPERROR")');
  });

  test('an error of the upstream keeps its code, and leaves the other subgraph’s answer', async () => {
    pair.sandbox.configure({ errorRate: 1, errorStatus: 503 });
    const { data, errors } = await ask(
      router.url,
      '{ sources(limit: 1) { name taskStatuses { totalCount } } }',
    );
    expect(data.sources).toEqual([{ name: `Source ${sources.ids[0] ?? ''}`, taskStatuses: null }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions['code']).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('the caller’s token reaches the upstream', async () => {
    pair.sandbox.configure({ auth: 'required', launcherIsCaller: true });
    const query = '{ taskStatuses(limit: 1) { nodes { launcher } } }';
    const token = pair.sandbox.token({ marker: 'router-user' });
    const { data } = await ask(router.url, query, {}, { authorization: `Bearer ${token}` });
    expect(data.taskStatuses.nodes).toEqual([{ launcher: 'router-user' }]);
    const { errors } = await ask(router.url, query);
    expect(errors[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });
});

describe('through Hive Gateway, a subscription', () => {
  const live = new Live();
  let router: Router;

  beforeAll(async () => {
    await live.start();
    const { supergraphSdl } = composeServices([
      {
        name: 'tasks',
        url: `${live.gateway.url}/graphql`,
        typeDefs: parse(readFileSync('schema/subgraph.graphql', 'utf8')),
      },
    ]);
    router = await routers['Hive Gateway'](supergraphSdl ?? '');
  });
  afterAll(async () => {
    await router.stop();
    await live.stop();
  });

  const watch = async (variables: object, headers = {}): Promise<EventStream> => {
    const query = `subscription ($ids: [ID!], $filter: TaskStatusFilterInput = {}) {
      taskStatusChanged(ids: $ids, filter: $filter) { changed { id state launcher target { name } } gone stale }
    }`;
    return openStream(router.url, { query, variables }, { headers });
  };
  const changed = (event: LiveEvent | undefined): unknown => event?.data.taskStatusChanged.changed;

  test('reaches its client, event by event, and completes by itself', async () => {
    live.sandbox.insert({ id: 'ends', target: { id: 's', type: 'APPLICATION', name: 'Café' } });
    const stream = await watch({ ids: ['ends'] });
    const row = { id: 'ends', launcher: 'System', target: { name: 'Café' } };
    expect(changed(await stream.next())).toEqual([{ ...row, state: 'RUNNING' }]);
    live.sandbox.complete('ends');
    await live.pass(2000);
    expect((await stream.rest()).map(changed)).toEqual([[{ ...row, state: 'SUCCEEDED' }]]);
  });

  test('is made with the caller’s token', async () => {
    live.sandbox.configure({ launcherIsCaller: true });
    live.sandbox.insert({ id: 'mine' });
    const token = live.sandbox.token({ marker: 'router-user' });
    const stream = await watch({ ids: ['mine'] }, { authorization: `Bearer ${token}` });
    expect(changed(await stream.next())).toMatchObject([{ id: 'mine', launcher: 'router-user' }]);
    stream.close();
  });

  test('that is refused has the code of the refusal', async () => {
    const stream = await watch({ filter: { kind: { eq: 'ACCOUNT_DELETION' } } });
    expect(await stream.rest()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
  });

  test('costs no call any more once its client has left', async () => {
    live.sandbox.insert({ id: 'left' });
    const stream = await watch({ ids: ['left'] });
    await stream.next();
    stream.close();
    await stream.closed();
    do {
      live.calls();
      await live.pass(20_000);
    } while (live.calls().length > 0);
  });
});
