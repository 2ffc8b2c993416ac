import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fastPathSafe, type Environment, type Gateway } from '../../src/index.js';
import { fullPathLog } from '../support/full-path-log.js';
import { ask, Pair, startGatewayOn, type Reply } from '../support/pair.js';
import { startScriptedUpstream } from '../support/scripted-upstream.js';

const pair = new Pair('beta');
const { log, fullPath } = fullPathLog();
let gateway: Gateway;
beforeAll(async () => {
  await pair.start();
  gateway = await startGatewayOn(pair.sandbox.url, 'beta', () => pair.now, { BATCH_LIMIT: '5' }, log);
});
afterAll(async () => {
  await gateway.stop();
  await pair.stop();
});
beforeEach(() => {
  pair.reset();
  fullPath.length = 0;
});

/** Headers that differ between answers. */
const own = ['date', 'x-request-id', 'keep-alive', 'connection'];
const shown = ({ status, headers, data, errors }: Reply): unknown => ({
  status,
  data,
  errors,
  headers: [...headers].filter(([name]) => !own.includes(name)),
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Ids that are generated for each answer. */
const DRAWN = /(?<="requestId":"|"errorId":"|Quote )[\da-f-]{32,36}/g;

async function answerOf(response: Response): Promise<Answer> {
  const text = (await response.text()).replaceAll(DRAWN, 'drawn');
  return { status: response.status, type: response.headers.get('content-type'), text };
}

async function send(body: unknown, headers: Record<string, string> = {}, url = gateway.url): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}

async function get(parameters: Record<string, string>): Promise<Answer> {
  const search = new URLSearchParams(parameters).toString();
  const response = await fetch(`${gateway.url}/graphql?${search}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  return answerOf(response);
}

/** Sends a request twice and returns the answer. Asserts that both have the same answer and upstream calls. */
async function twice(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  pair.sandbox.calls.length = 0;
  const first = await send(body, headers);
  const calls = JSON.stringify(pair.sandbox.calls.splice(0));
  expect(await send(body, headers)).toEqual(first);
  expect(JSON.stringify(pair.sandbox.calls.splice(0))).toEqual(calls);
  return first;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const byHash = (hash: string, version: unknown = 1): object => ({
  extensions: { persistedQuery: { version, sha256Hash: hash } },
});
const codeOf = ({ text }: Answer): unknown =>
  (JSON.parse(text) as { errors?: { extensions: { code: unknown } }[] }).errors?.[0]?.extensions.code;

describe('a query that is sent again', () => {
  test.each([
    [
      'of a task',
      'query One($id: ID!) { taskStatus(id: $id) { id state messages { text } results { key } } }',
      'GET getTaskStatus',
    ],
    [
      'of a list',
      'query { taskStatuses(limit: 3) { nodes { id attributes } totalCount pageInfo { hasNextPage endCursor } } }',
      'GET getTaskStatusList',
    ],
    [
      'of pending tasks',
      '{ pendingTasks(first: 2) { edges { cursor node { id } } } }',
      'GET getPendingTasks',
    ],
  ])('%s takes the fast path, with the same answer, headers and calls', async (_, query, call) => {
    const variables = { id: pair.completed(1)[0] };
    pair.calls();
    const first = await ask(gateway.url, query, variables);
    const calls = pair.calls();
    fullPath.length = 0;
    const second = await ask(gateway.url, query, variables);
    expect(fullPath).toEqual([]);
    expect(shown(second)).toEqual(shown(first));
    expect(pair.calls()).toEqual(calls);
    expect(calls[0]).toBe(call);
  });

  test('takes the fast path for other variables too, and in any spelling of JSON’s content type', async () => {
    const query = 'query ($id: ID!) { taskStatus(id: $id) { id } }';
    const types = [
      'application/json',
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'Application/JSON',
    ];
    for (const [index, id] of pair.completed(4).entries()) {
      const answer = await send({ query, variables: { id } }, { 'content-type': types[index] ?? '' });
      expect(JSON.parse(answer.text)).toEqual({ data: { taskStatus: { id } } });
    }
    expect(fullPath).toHaveLength(1);
  });

  test('with other literals is another query', async () => {
    for (const id of pair.completed(3)) {
      const query = `{ task: taskStatus(id: "${id}") { id } }`;
      for (let turn = 0; turn < 2; turn++)
        expect((await ask(gateway.url, query)).data).toEqual({ task: { id } });
    }
    expect(fullPath).toHaveLength(process.env['FAST_PATH_PRIMED'] ? 0 : 3);
  });

  test('takes the full path where its answer has errors, without another call', async () => {
    pair.sandbox.configure({ rateLimit: '1/60s' });
    const query = '{ taskStatuses(limit: 7) { nodes { id } } none: taskStatus(id: "") { id } }';
    await send({ query: '{ pendingTasks(limit: 1) { nodes { id } } }' });
    const answer = await twice({ query });
    expect(answer.text).toMatch(/"path":\["none"\].*"RATE_LIMITED"/);
  });

  test('takes the full path, without another call, for a value that the schema doesn’t allow', async () => {
    const upstream = await startScriptedUpstream();
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-total-count': '99999999999' });
      response.end('[{"id":"a"}]');
    };
    const other = await startGatewayOn(upstream.url);
    const body = { query: '{ taskStatuses(limit: 2) { nodes { id } totalCount } }' };
    const answers = [];
    for (let turn = 1; turn <= 3; turn++) {
      const { text } = await send(body, {}, other.url);
      answers.push(text);
      expect(upstream.requests).toHaveLength(turn);
    }
    await other.stop();
    await upstream.stop();
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"nodes":[{"id":"a"}]');
  });

  test('after a trace takes the fast path all the same', async () => {
    const trace = { 'apollo-federation-include-trace': 'ftv1' };
    const query = '{ taskStatuses(limit: 1) { nodes { id created } } }';
    expect((await send({ query }, trace)).text).toContain('"ftv1"');
    const other = '{ taskStatuses(limit: 1) { nodes { created id } } }';
    await send({ query: other });
    fullPath.length = 0;
    await send({ query: other });
    expect(fullPath).toEqual([]);
    expect((await send({ query }, trace)).text).toContain('"ftv1"');
  });

  test('takes the full path each time where FAST_PATH is off', async () => {
    let executed = 0;
    const counting = fastPathSafe({
      requestDidStart: () =>
        Promise.resolve({ executionDidStart: () => Promise.resolve(void (executed += 1)) }),
    });
    const environment = { FAST_PATH: 'off' };
    const now = (): number => pair.now;
    const parts = { plugins: [counting] };
    const other = await startGatewayOn(pair.sandbox.url, 'beta', now, environment, undefined, parts);
    const query = '{ taskStatuses(limit: 1) { nodes { id } } }';
    for (let turn = 0; turn < 3; turn++) await send({ query }, {}, other.url);
    await other.stop();
    expect(executed).toBe(3);
  });
});

describe('the second answer is the first', () => {
  test('to block strings with quotes inside', async () => {
    expect((await twice({ query: '{ taskStatus(id: """a\\""" 5 \\"""b""") { id } }' })).text).toContain(
      '"taskStatus":null',
    );
  });

  test.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'])(
    'to a variable named %s that is not given',
    async (name) => {
      const query = `query ($${name}: Int) { taskStatuses(limit: $${name}) { nodes { id } } }`;
      const { text } = await twice({ query, variables: {} });
      expect((JSON.parse(text) as { data: any }).data.taskStatuses.nodes).toHaveLength(250);
    },
  );

  test.each(['\ud800', '\udc00', '\udc00\ud800'])(
    'to a lone surrogate, even after its replacement was asked for',
    async (odd) => {
      const query = `{ taskStatus(id: "${odd}") { id } }`;
      const before = await twice({ query });
      expect(codeOf(before)).toBe('GRAPHQL_PARSE_FAILED');
      const replaced = query.replaceAll(/\p{Surrogate}/gu, '\ufffd');
      expect((await twice({ query: replaced })).text).toBe('{"data":{"taskStatus":null}}');
      expect(await twice({ query })).toEqual(before);
      const registration = { query, ...byHash(sha256(replaced)) };
      expect(codeOf(await twice(registration))).toBe('GRAPHQL_PARSE_FAILED');
    },
  );

  test('to a text that was sent with NULs, or with any prefix, before', async () => {
    const query = 'query Mine { taskStatuses(limit: 1) { nodes { id } } }';
    await twice({ query, operationName: 'Mine' });
    for (const prefix of ['template', 'text', 'sha256', 'Mine', ''])
      expect(codeOf(await twice({ query: `${prefix}\0Mine\0${query}` }))).toBe('GRAPHQL_PARSE_FAILED');
  });

  test('in each media type, by the rule and not by what was asked before', async () => {
    const query = '{ taskStatuses(limit: 1) { nodes { id } } }';
    for (let q = 100; q < 200; q++) await send({ query }, { accept: `application/json;q=0.${q}` });
    for (const accept of [
      '*/*',
      'application/graphql-response+json',
      'application/graphql-response+json, application/json;q=0.9',
      'application/json;q=0, */*',
      'text/html',
      'image/png',
      ',',
    ])
      await twice({ query }, { accept });
    expect((await twice({ query }, { accept: 'application/graphql-response+json' })).type).toBe(
      'application/graphql-response+json; charset=utf-8',
    );
    fullPath.length = 0;
    await twice({ query }, { accept: 'application/json' });
    await twice({ query }, { accept: 'application/graphql-response+json;q=0.7654' });
    expect(fullPath).toEqual([]);
  });
});

describe('a hash', () => {
  test('is served only where it was registered, though its text is known', async () => {
    const query = '{ taskStatuses(limit: 1) { nodes { id state } } }';
    await twice({ query });
    expect(codeOf(await twice(byHash(sha256(query))))).toBe('PERSISTED_QUERY_NOT_FOUND');
    await twice({ query, ...byHash(sha256(query)) });
    fullPath.length = 0;
    expect((await twice(byHash(sha256(query)))).text).toContain('"data"');
    expect(fullPath).toEqual([]);
  });

  test('of another version, or that is not the text’s, is refused', async () => {
    const query = '{ taskStatuses(limit: 1) { nodes { id type } } }';
    await twice({ query, ...byHash(sha256(query)) });
    for (const body of [
      byHash(sha256(query), 2),
      byHash(sha256(query), '1'),
      { query, ...byHash(sha256('other')) },
      { query, ...byHash(sha256(query), 2) },
    ])
      expect((await twice(body)).text).not.toContain('"data"');
  });
});

describe('what is treated as absent', () => {
  const query = 'query Named { taskStatuses(limit: 1) { nodes { id } } }';
  const absent = [
    { operationName: '' },
    { operationName: null },
    { variables: null },
    { extensions: null },
    { operationName: '', variables: null, extensions: null },
  ];

  test.each(absent)('%j is so by POST, and in a batch', async (parameters) => {
    const plain = await twice({ query });
    expect(await twice({ query, ...parameters })).toEqual(plain);
    const unknown = '{ taskStatuses(limit: 1) { nodes { id } } pendingTasks(limit: 1) { nodes { id } } }';
    expect((await send({ query: unknown, ...parameters })).text).toContain('"data"');
    const batch = await send([{ query, ...parameters }, { query }]);
    expect(JSON.parse(batch.text)).toEqual(Array(2).fill(JSON.parse(plain.text)));
  });

  test.each([
    [{ operationName: '' }],
    [{ variables: 'null' }],
    [{ extensions: ' null\n' }],
    [{ operationName: '', variables: 'null', extensions: 'null' }],
  ])('%j is so by GET', async (parameters) => {
    const plain = await twice({ query });
    expect(await get({ query, ...parameters })).toEqual(plain);
    expect(await get({ ...parameters, query, a: 'ü&%' })).toEqual(plain);
  });

  test('a text with several operations needs a name all the same', async () => {
    const several =
      'query A { taskStatuses(limit: 1) { nodes { id } } } query B { pendingTasks { totalCount } }';
    for (const operationName of ['A', 'B']) await twice({ query: several, operationName });
    for (const operationName of ['', null, undefined, 'C'])
      expect(codeOf(await twice({ query: several, operationName }))).toBe('OPERATION_RESOLUTION_FAILURE');
    expect(codeOf(await get({ query: several, operationName: '' }))).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  test.each([{ variables: 'nul' }, { variables: '\u00a0null' }, { extensions: '0' }])(
    '%j is no null by GET, and is refused',
    async (parameters) => {
      expect((await get({ query, ...parameters })).status).toBe(400);
    },
  );
});

describe('a trace', () => {
  const trace = { 'apollo-federation-include-trace': 'ftv1' };
  const key = 'a-key-that-only-the-router-has';
  const query = '{ taskStatuses(limit: 1) { nodes { id } } }';

  async function traced(environment: Environment, headers: Record<string, string>): Promise<string[]> {
    const other = await startGatewayOn(pair.sandbox.url, 'beta', () => pair.now, environment);
    const texts = [];
    for (let turn = 0; turn < 2; turn++) texts.push((await send({ query }, headers, other.url)).text);
    await other.stop();
    return texts;
  }

  test.each<[string, Environment, Record<string, string>]>([
    ['outside production', {}, trace],
    [
      'to a router with the key',
      { NODE_ENV: 'production', ROUTER_KEY: key },
      { ...trace, 'x-router-key': key },
    ],
  ])('is given %s, each time', async (_, environment, headers) => {
    for (const text of await traced(environment, headers)) expect(text).toContain('"ftv1"');
  });

  test.each<[string, Environment, Record<string, string>]>([
    ['without a key to have', { NODE_ENV: 'production' }, trace],
    ['without the key', { NODE_ENV: 'production', ROUTER_KEY: key }, trace],
    [
      'with another key',
      { NODE_ENV: 'production', ROUTER_KEY: key },
      { ...trace, 'x-router-key': `${key}.` },
    ],
    ['with an empty key', { NODE_ENV: 'production' }, { ...trace, 'x-router-key': '' }],
  ])('is not given in production %s, but the answer is', async (_, environment, headers) => {
    for (const text of await traced(environment, headers)) {
      expect(text).toContain('"data"');
      expect(text).not.toContain('extensions');
    }
  });
});
