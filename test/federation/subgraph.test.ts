import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, parse, printType } from 'graphql';
import { createSchema, createSubgraph, type Gateway } from '../../src/index.js';
import { onEachVersion, Pair, startGatewayOn, ask } from '../support/pair.js';

const subgraphSdl = readFileSync('schema/subgraph.graphql', 'utf8');
const entities = `query ($of: [_Any!]!) { _entities(representations: $of) {
  __typename ... on TaskStatus { id state uniqueName } ... on Source { id } } }`;
const tasks = (ids: readonly string[]): object => ({
  of: ids.map((id) => ({ __typename: 'TaskStatus', id })),
});

describe('what a router asks of a subgraph', () => {
  test('has the types that Apollo’s own subgraph library gives it', () => {
    const ours = createSubgraph(createSchema());
    const theirs = buildSubgraphSchema({ typeDefs: parse(subgraphSdl) });
    const typesOf = (schema: typeof ours, field: string): unknown => {
      const { type, args } = schema.getQueryType()?.getFields()[field] ?? { args: [] };
      return [String(type), args.map((arg) => `${arg.name}: ${String(arg.type)}`)];
    };
    expect(typesOf(ours, '_entities')).toEqual(typesOf(theirs, '_entities'));
    expect(typesOf(ours, '_service')).toEqual(typesOf(theirs, '_service'));
    const members = (schema: typeof ours): string => printType(schema.getType('_Entity') as never);
    expect(members(ours)).toContain(members(theirs));
  });

  test('is no part of the schema that clients are promised', () => {
    expect(
      Object.keys(buildSchema(readFileSync('schema/schema.graphql', 'utf8')).getTypeMap()),
    ).not.toContain('_Entity');
  });
});

onEachVersion((pair) => {
  test('the subgraph tells its schema as it is committed', async () => {
    expect((await pair.ask('{ _service { sdl } }')).data._service.sdl).toBe(subgraphSdl);
    expect(pair.calls()).toEqual([]);
  });

  test('100 representations of completed tasks cost one call', async () => {
    const ids = pair.completed(100);
    const { data, errors } = await pair.ask(entities, tasks(ids));
    expect(errors).toEqual([]);
    expect(data._entities.map((task: { id: string }) => task.id)).toEqual(ids);
    expect(data._entities[0]).toMatchObject({ __typename: 'TaskStatus', state: expect.any(String) });
    expect(pair.calls()).toEqual(['GET getTaskStatusList']);
  });

  test('pending tasks are found too, and the same id twice is asked once', async () => {
    const [id = ''] = pair.pending(1);
    const { data, errors } = await pair.ask(entities, tasks([id, id]));
    expect([data._entities.map((task: { id: string }) => task.id), errors]).toEqual([[id, id], []]);
    expect(pair.calls()).toEqual(['GET getTaskStatus']);
  });

  test('an unknown id is null, and no error', async () => {
    const [id = ''] = pair.completed(1);
    const { data, errors } = await pair.ask(entities, tasks(['f'.repeat(32), id]));
    expect([data._entities[0], data._entities[1].id, errors]).toEqual([null, id, []]);
  });

  test('an upstream failure is the error of its entity, and not of the others', async () => {
    const [id = ''] = pair.completed(1);
    pair.sandbox.configure({ errorRate: 1, errorStatus: 503 });
    const of = [...(tasks([id]) as { of: object[] }).of, { __typename: 'Source', id: 's1' }];
    const { data, errors } = await pair.ask(entities, { of });
    expect(data._entities).toEqual([null, { __typename: 'Source', id: 's1' }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: ['_entities', 0] });
    expect(errors[0]?.extensions['code']).not.toBe('INTERNAL_SERVER_ERROR');
  });

  const refused: [unknown, string][] = [
    ['TaskStatus', 'representations[1]'],
    [null, ''],
    [{ __typename: 'Launcher', id: '1' }, 'representations[1].__typename'],
    [{ __typename: 'Identity', id: '1' }, 'representations[1].__typename'],
    [{ id: '1' }, 'representations[1].__typename'],
    [{ __typename: 'TaskStatus' }, 'representations[1].id'],
    [{ __typename: 'TaskStatus', id: 7 }, 'representations[1].id'],
    [{ __typename: 'TaskStatus', id: '' }, 'representations[1].id'],
    [{ __typename: 'TaskStatus', id: '..' }, 'representations[1].id'],
    [{ __typename: 'Source', id: 'x'.repeat(129) }, 'representations[1].id'],
  ];
  test.each(
    refused.map(([odd, argument]) => [JSON.stringify(odd).replace(/x+/, 'x…'), odd, argument] as const),
  )('the representation %s is refused as BAD_USER_INPUT, and asks nothing', async (_, odd, argument) => {
    const { data, errors } = await pair.ask(entities, { of: [{ __typename: 'Source', id: 's1' }, odd] });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    if (argument !== '') {
      expect(errors[0]?.extensions['argument']).toBe(argument);
      expect(data._entities).toEqual([{ __typename: 'Source', id: 's1' }, null]);
    }
    expect(pair.calls()).toEqual([]);
  });

  test('a target leads to its source or its identity, without a call of its own', async () => {
    const { data } = await pair.ask(
      '{ taskStatuses { nodes { target { id type source { id } identity { id } } } } }',
    );
    const targets = data.taskStatuses.nodes.flatMap((node: any) => node.target ?? []);
    expect(new Set(targets.map(({ type }: any) => type))).toEqual(new Set(['APPLICATION', 'IDENTITY']));
    for (const { id, type, source, identity } of targets) {
      expect(source).toEqual(type === 'APPLICATION' ? { id } : null);
      expect(identity).toEqual(type === 'IDENTITY' ? { id } : null);
    }
    expect(pair.calls()).toHaveLength(1);
  });
});

describe('where introspection is off', () => {
  const pair = new Pair('beta');
  let gateway: Gateway;
  beforeAll(async () => {
    await pair.start();
    gateway = await startGatewayOn(pair.sandbox.url, 'beta', undefined, { INTROSPECTION: 'off' });
  });
  afterAll(async () => {
    await gateway.stop();
    await pair.stop();
  });

  test.each([
    '{ __schema { description } }',
    '{ _service { sdl } }',
    '{ ...S } fragment S on Query { _service { sdl } }',
  ])('%s is refused, under one code', async (query) => {
    const { data, errors } = await ask(gateway.url, query);
    expect(data).toBeUndefined();
    expect(errors[0]?.extensions).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      validationErrorCode: 'INTROSPECTION_DISABLED',
    });
  });

  test('entities are resolved all the same', async () => {
    const { data } = await ask(gateway.url, entities, tasks(pair.completed(2)));
    expect(data._entities).toHaveLength(2);
  });
});
