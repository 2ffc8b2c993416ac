import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Log } from '../../src/telemetry/logger.js';
import { Pair, startGatewayOn, ask, type Reply } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';
import type { Gateway } from '../../src/index.js';

const pair = new Pair('beta');
let gateway: Gateway;
/** Operations that Apollo Server parsed, validated and executed. */
const whole: unknown[] = [];
const log = {
  ...silentLog,
  debug: (details: object, message: string) => {
    if (message.includes('whole way')) whole.push(details);
  },
} as unknown as Log;

beforeAll(async () => {
  await pair.start();
  gateway = await startGatewayOn(pair.sandbox.url, 'beta', () => pair.now, {}, log);
});
afterAll(async () => {
  await gateway.stop();
  await pair.stop();
});
beforeEach(() => {
  pair.reset();
  whole.length = 0;
});

const shown = ({ status, headers, data, errors }: Reply): unknown => ({
  status,
  data,
  errors,
  headers: [...headers].filter(
    ([name]) => !['date', 'x-request-id', 'keep-alive', 'connection'].includes(name),
  ),
});

test.each([
  [
    'a task',
    'query One($id: ID!) { taskStatus(id: $id) { id state messages { text } results { key } } }',
    'GET getTaskStatus',
  ],
  [
    'a list',
    'query { taskStatuses(limit: 3) { nodes { id attributes } totalCount pageInfo { hasNextPage endCursor } } }',
    'GET getTaskStatusList',
  ],
  ['pending tasks', '{ pendingTasks(first: 2) { edges { cursor node { id } } } }', 'GET getPendingTasks'],
  ['a refusal', '{ taskStatus(id: "") { id } }', undefined],
])(
  '%s: the second time goes the short way, with the same answer, headers and calls',
  async (_, query, call) => {
    const variables = { id: pair.completed(1)[0] };
    pair.calls();
    const first = await ask(gateway.url, query, variables);
    const calls = pair.calls();
    expect(whole.length).toBeLessThanOrEqual(1);
    whole.length = 0;
    const second = await ask(gateway.url, query, variables);
    expect(whole).toEqual([]);
    expect(shown(second)).toEqual(shown(first));
    expect(pair.calls()).toEqual(calls);
    expect(calls[0]).toBe(call);
  },
);

test('other ids, whether as variables or as literals, need no second parse, validation or compilation', async () => {
  const ids = pair.completed(20);
  for (const id of ids) {
    const query = `{ task: taskStatus(id: "${id}") { id } }`;
    expect((await ask(gateway.url, query)).data).toEqual({ task: { id } });
  }
  for (const id of ids) {
    const { data } = await ask(gateway.url, 'query ($id: ID!) { taskStatus(id: $id) { id } }', { id });
    expect(data).toEqual({ taskStatus: { id } });
  }
  expect(whole.length).toBeLessThanOrEqual(2);
});

test('a failing upstream gives the same errors and Retry-After either way', async () => {
  const query = '{ taskStatuses(limit: 7) { nodes { id } } }';
  await ask(gateway.url, query);
  const other = '{ all: taskStatuses(limit: 7) { nodes { id } } }';
  pair.sandbox.configure({ rateLimit: '1/60s' });
  await ask(gateway.url, query);
  const short = await ask(gateway.url, query);
  const long = await ask(gateway.url, other);
  expect(short.errors).toHaveLength(1);
  expect(short.errors.map(({ extensions }) => extensions['code'])).toEqual(
    long.errors.map(({ extensions }) => extensions['code']),
  );
  expect(short.headers.get('retry-after')).toBe(long.headers.get('retry-after'));
});

test('a router that asks for a trace gets one each time', async () => {
  for (let turn = 0; turn < 2; turn++) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'apollo-federation-include-trace': 'ftv1' },
      body: JSON.stringify({ query: '{ taskStatuses(limit: 1) { nodes { id } } }' }),
    });
    expect(await response.json()).toMatchObject({ extensions: { ftv1: expect.any(String) } });
  }
});

test('each media type is answered as Apollo Server answers it', async () => {
  const query = '{ taskStatuses(limit: 1) { nodes { id } } }';
  for (const accept of ['application/graphql-response+json', 'application/json', 'text/html', '*/*']) {
    const replies = [];
    for (let turn = 0; turn < 2; turn++) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      });
      replies.push([response.status, response.headers.get('content-type'), await response.text()]);
    }
    expect(replies[1]).toEqual(replies[0]);
  }
});
