import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import {
  expectLinear,
  fill,
  HEADER_LENGTH,
  LENGTH,
  many,
  post,
  series,
  startGateways,
  type Gateways,
} from '../support/linear.js';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
  // Rows without a date, so that a cursor names every row before its own.
  const rows = JSON.stringify(many(250, (i) => ({ id: `r${i}` })));
  gateways.upstream.answer = (_request, response) =>
    response.setHeader('content-type', 'application/json').end(rows);
});
afterAll(() => gateways.stop());

describe('what is sent beside a text', () => {
  const UPDATE =
    'mutation ($input: UpdateTaskStatusInput!) { updateTaskStatus(input: $input) { taskStatus { id } } }';
  const patch = (operation: object): object => ({
    query: UPDATE,
    variables: { input: { id: 'x', patch: [{ op: 'REPLACE', path: '/a', ...operation }] } },
  });
  const list = (variables: object, type = 'TaskStatusFilterInput', use = 'filter'): object => ({
    query: `query ($a: ${type}) { taskStatuses(${use}: $a) { totalCount nodes { id } pageInfo { endCursor } edges { cursor } } }`,
    variables,
  });
  const cursorOf = (scope: string, ids: string[]): string =>
    Buffer.from(JSON.stringify(([scope, 0, null] as unknown[]).concat(ids))).toString('base64url');
  const persisted = (sha256Hash: unknown, query?: string): object => ({
    query,
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });
  const text = `# ${fill('x')}\n{ __typename }`;
  const plainBody = JSON.stringify({ query: '{ __typename }', variables: { a: fill('x') } });
  const plain = (): Promise<void> => post(gateways.open, plainBody);
  const plainToListed = (): Promise<void> => post(gateways.listed, plainBody);

  test.each<[string, () => object | string]>([
    [
      'an id',
      () => ({ query: 'query ($id: ID!) { taskStatus(id: $id) { id } }', variables: { id: fill('a') } }),
    ],
    ['ids of a filter', () => list({ a: { id: { in: fill('a ').trim().split(' ') } } })],
    [
      'different ids of a filter',
      () =>
        list({
          a: {
            id: {
              in: series((i) => `${i} `)
                .trim()
                .split(' '),
            },
          },
        }),
    ],
    ['a text of a filter', () => list({ a: { launcher: { eq: fill('"\\') } } })],
    ['a member that a filter lacks', () => list({ a: { [fill('a')]: 1 } })],
    ['members that a filter lacks', () => list({ a: Object.fromEntries(many(30_000, (i) => [`a${i}`, 1])) })],
    ['a word that an enum lacks', () => list({ a: { kind: { eq: fill('A') } } })],
    [
      'a number of another type',
      () => list({ a: { id: { eq: Number(`1e${'0'.repeat(1)}`) }, launcher: fill('1') } }),
    ],
    ['a cursor', () => list({ a: fill('a') }, 'String', 'after')],
    [
      'a cursor of brackets',
      () => list({ a: Buffer.from(fill('[')).toString('base64url') }, 'String', 'after'),
    ],
    ['a cursor of ids', () => list({ a: cursorOf('x', idsOf(50_000)) }, 'String', 'after')],
    [
      'a cursor that is right, of as many ids as one may hold',
      () => list({ a: cursorOf(scopeOfAll(), idsOf(8_000)) }, 'String', 'after'),
    ],
    [
      'a cursor that is right, of ids',
      () => list({ a: cursorOf(scopeOfAll(), idsOf(50_000)) }, 'String', 'after'),
    ],
    ['a JSON pointer', () => patch({ path: fill('/a') })],
    ['a JSON pointer of signs', () => patch({ path: fill('/~0~1') })],
    ['a JSON pointer that ends badly', () => patch({ path: `${fill('/~0')}~` })],
    ['a JSON pointer without a beginning', () => patch({ path: fill('a/') })],
    [
      'a pointer from which is moved',
      () => patch({ op: 'MOVE', path: fill('/a'), from: fill('/a', LENGTH / 2) }),
    ],
    ['a value of lists', () => patch({ value: JSON.parse(`[${fill('[],')}[]]`) as unknown })],
    ['a value of keys', () => patch({ value: Object.fromEntries(many(30_000, (i) => [`a${i}`, i])) })],
    ['a value of numbers', () => patch({ value: Array.from({ length: 60_000 }, (_, i) => i / 7) })],
    ['a value of a text', () => patch({ value: fill('"\\\u0000') })],
    [
      'a value that nests',
      () =>
        `{"query": ${JSON.stringify(UPDATE)}, "variables": {"input": {"id": "x", "patch": [{"op": "ADD", "path": "/a", "value": ${fill('[', LENGTH / 2)}${fill(']', LENGTH / 2)}}]}}}`,
    ],
    [
      'operations of a patch',
      () => ({
        query: UPDATE,
        variables: { input: { id: 'x', patch: Array(5_000).fill({ op: 'MOVE', path: '/a', from: '/b' }) } },
      }),
    ],
    [
      'representations',
      () => ({
        query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
        variables: { r: Array(10_000).fill({ __typename: 'Source' }) },
      }),
    ],
    [
      'variables that nobody asked for',
      () => ({
        query: '{ __typename }',
        variables: Object.fromEntries(many(30_000, (i) => [`a${i}`, 1])),
      }),
    ],
    ['an operation’s name', () => ({ query: 'query A { __typename }', operationName: fill('a') })],
    [
      'an operation’s name of signs',
      () => ({ query: 'query A { __typename }', operationName: fill('\u0000" ') }),
    ],
    ['a hash', () => persisted(fill('a'))],
    ['a hash of colons', () => persisted(fill('sha256:'))],
    ['a hash that is a list', () => persisted(fill('a ').split(' '))],
    [
      'a hash that is right, of a long text',
      () => persisted(createHash('sha256').update(text).digest('hex'), text),
    ],
    ['a hash of another text', () => persisted(fill('a'), text)],
    ['extensions', () => ({ query: '{ __typename }', extensions: { a: fill('a') } })],
    ['a document’s id', () => ({ documentId: fill('sha256:') })],
    ['spaces before a body', () => `${fill(' ')}{"query": "{ __typename }"}`],
    ['a body of brackets', () => fill('[')],
    ['a body of quotes', () => fill('"')],
    ['a body of backslashes', () => `{"query": "${fill('\\\\')}"}`],
    ['a body that looks for a prototype', () => `{"a": "${fill('__proto__ ')}", "query": "{ __typename }"}`],
    [
      'a body of keys that look like one',
      () => `{${fill('"__proto_":1,')}"query": "{ __typename }"}`.replace(/,[^,]*"query"/, ',"query"'),
    ],
    ['a body of escapes that look like one', () => `{"a": "${fill('\\u005f')}", "query": "{ __typename }"}`],
  ])('%s', async (name, make) => {
    const made = make();
    const body = typeof made === 'string' ? made : JSON.stringify(made);
    await expectLinear(plain, () => post(gateways.open, body), name);
    await expectLinear(plainToListed, () => post(gateways.listed, body), `${name}, where a list is enforced`);
  });

  function idsOf(count: number): string[] {
    return many(count, (i) => String(i));
  }

  /** Returns the scope in cursors of the whole list. */
  function scopeOfAll(): string {
    const parts = ['taskStatuses', { terms: [] }, 'DESC'];
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
  }
});

describe('headers and addresses', () => {
  const headers: Record<string, () => string> = {
    spaces: () => `a${fill(' ', HEADER_LENGTH)}b`,
    commas: () => `a${fill(',', HEADER_LENGTH)}`,
    quotes: () => fill('"', HEADER_LENGTH),
    'a quote and commas': () => `"${fill(',', HEADER_LENGTH)}`,
    semicolons: () => `a/b${fill(';', HEADER_LENGTH)}`,
    parameters: () => `a/b${fill(';a="b"', HEADER_LENGTH)}`,
    'a quote without an end': () => `a/b; c="${fill('\\"', HEADER_LENGTH)}`,
    'media types': () => fill('a/b;q=0.1,', HEADER_LENGTH),
    slashes: () => fill('/', HEADER_LENGTH),
    'bearer tokens': () => `Bearer ${fill('a.', HEADER_LENGTH)}`,
    'a token after spaces': () => `Bearer ${fill(' ', HEADER_LENGTH)}`,
    letters: () => fill('a', HEADER_LENGTH),
    'application/json and spaces': () => `application/json${fill(' ', HEADER_LENGTH)};`,
  };
  const names = [
    'accept',
    'content-type',
    'authorization',
    'x-request-id',
    'x-router-key',
    'accept-encoding',
    'origin',
    'apollo-federation-include-trace',
    'content-encoding',
    'access-control-request-headers',
    'cookie',
    'if-none-match',
    'range',
    'x-forwarded-for',
  ];
  const body = JSON.stringify({ query: '{ taskStatus(id: "a") { id } }' });

  test.each(names)('%s', async (header) => {
    const plain = (): Promise<void> => post(gateways.open, body, { 'x-plain': fill('x', HEADER_LENGTH) });
    for (const [name, make] of Object.entries(headers)) {
      const value = make().trim();
      await expectLinear(plain, () => post(gateways.open, body, { [header]: value }), `${header}: ${name}`);
    }
  });

  test('preflights and pages', async () => {
    const send = (method: string, path: string, given: Record<string, string>) => async (): Promise<void> => {
      const reply = await fetch(`${gateways.open}${path}`, { method, headers: given });
      await reply.arrayBuffer();
      if (reply.status >= 500) throw new Error(`${path} was answered by ${reply.status}`);
    };
    const asked = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
    const plainPreflight = send('OPTIONS', '/graphql', asked);
    const plainPage = send('GET', '/', { accept: 'text/html' });
    for (const [name, make] of Object.entries(headers)) {
      const value = make().trim();
      const preflight = send('OPTIONS', '/graphql', { ...asked, 'access-control-request-headers': value });
      await expectLinear(plainPreflight, preflight, `a preflight: ${name}`);
      for (const header of ['range', 'if-none-match', 'if-modified-since', 'if-range'])
        await expectLinear(
          plainPage,
          send('GET', '/', { accept: 'text/html', [header]: value }),
          `a page, ${header}: ${name}`,
        );
    }
  });

  const get = async (path: string): Promise<void> => {
    const reply = await fetch(`${gateways.open}${path}`, { headers: { 'apollo-require-preflight': '1' } });
    await reply.arrayBuffer();
    if (reply.status >= 500) throw new Error(`${path.slice(0, 20)} was answered by ${reply.status}`);
  };
  const plain = (): Promise<void> => get(`/graphql?query={__typename}&x=${fill('x', HEADER_LENGTH)}`);
  const addresses: Record<string, () => string> = {
    'a text': () => `/graphql?query=${fill('{', HEADER_LENGTH)}`,
    'an escaped text': () => `/graphql?query=${fill('%22', HEADER_LENGTH)}`,
    'many texts': () => `/graphql?${fill('query=a&', HEADER_LENGTH)}`,
    variables: () => `/graphql?query={__typename}&variables=${fill('[', HEADER_LENGTH)}`,
    extensions: () =>
      `/graphql?query={__typename}&extensions={"persistedQuery":{"sha256Hash":"${fill('a', HEADER_LENGTH)}"}}`,
    signs: () => `/graphql?${fill('&=', HEADER_LENGTH)}`,
    'a path': () => `/${fill('a', HEADER_LENGTH)}`,
    'a path of slashes': () => `/graphql${fill('/', HEADER_LENGTH)}`,
    'a path of dots': () => `/graphiql${fill('/..', HEADER_LENGTH)}`,
    'a path that is badly encoded': () => `/${fill('%z', HEADER_LENGTH)}`,
    questions: () => `/graphql${fill('?', HEADER_LENGTH)}`,
  };
  test.each(Object.entries(addresses))('an address of %s', async (name, make) => {
    await expectLinear(plain, () => get(make()), name);
  });
});
