import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Log } from '../../src/telemetry/logger.js';
import { Pair } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';

/** What the gateway logged at `error` and `warn`. Nothing that a client does may cause an entry. */
const complaints: unknown[][] = [];
const write = (...entry: unknown[]): void => {
  complaints.push(entry);
};
const log: Log = { ...silentLog, error: write, warn: write };

const pair = new Pair('v1', {}, {}, log);
const batching = new Pair('v1', {}, { BATCH_LIMIT: '3', NODE_ENV: 'production' }, log);
beforeAll(() => Promise.all([pair.start(), batching.start()]));
afterAll(() => Promise.all([pair.stop(), batching.stop()]));
beforeEach(() => {
  pair.calls();
  complaints.length = 0;
});

interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
}

async function send(body: string, headers: Record<string, string> = {}, to = pair): Promise<Refusal> {
  const reply = await fetch(`${to.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body,
  });
  return refusalOf(reply);
}

async function get(parameters: Record<string, string> | string, headers = {}): Promise<Refusal> {
  const search = new URLSearchParams(parameters).toString();
  return refusalOf(
    await fetch(`${pair.gateway.url}/graphql?${search}`, {
      headers: { 'apollo-require-preflight': '1', ...headers },
    }),
  );
}

/** Returns the errors of an answer. Asserts that all have one code, and caused no log entry or upstream call. */
async function refusalOf(reply: Response): Promise<Refusal> {
  const body = [JSON.parse(await reply.text())].flat() as {
    errors?: { message: string; extensions: { code: string } }[];
  }[];
  const errors = body.flatMap((one) => one.errors ?? []);
  expect(new Set(errors.map(({ extensions }) => extensions.code)).size).toBeLessThanOrEqual(1);
  expect(complaints).toEqual([]);
  expect(pair.calls()).toEqual([]);
  return {
    status: reply.status,
    code: errors[0]?.extensions.code,
    message: errors.map(({ message }) => message).join(' '),
  };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const TYPENAME = '{ __typename }';
const persisted = (query: string | undefined, persistedQuery: unknown): string =>
  JSON.stringify({ query, extensions: { persistedQuery } });

describe('a request that Apollo Server refuses is the client’s mistake', () => {
  test.each<[string, string, number, string, RegExp]>([
    [
      'a hash that doesn’t match',
      persisted(TYPENAME, { version: 1, sha256Hash: hash('{a}') }),
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    [
      'a hash in capitals',
      persisted(TYPENAME, { version: 1, sha256Hash: hash(TYPENAME).toUpperCase() }),
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    [
      'a hash that is no text',
      persisted(TYPENAME, { version: 1, sha256Hash: {} }),
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    [
      'a hash that makes no text',
      persisted(TYPENAME, { version: 1, sha256Hash: { toString: 1 } }),
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    [
      'an unknown hash that makes no text',
      persisted(undefined, { version: 1, sha256Hash: { toString: 1, valueOf: 1 } }),
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      /NotFound/,
    ],
    ['no hash', persisted(TYPENAME, { version: 1 }), 400, 'BAD_REQUEST', /sha does not match/],
    [
      'an unknown hash',
      persisted(undefined, { version: 1, sha256Hash: hash('{a}') }),
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      /NotFound/,
    ],
    [
      'an unknown hash that is no text',
      persisted(undefined, { version: 1, sha256Hash: [1] }),
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      /NotFound/,
    ],
    [
      'another version of persisted queries',
      persisted(TYPENAME, { version: 2, sha256Hash: hash(TYPENAME) }),
      400,
      'BAD_REQUEST',
      /version/,
    ],
    [
      'a version as text',
      persisted(TYPENAME, { version: '1', sha256Hash: hash(TYPENAME) }),
      400,
      'BAD_REQUEST',
      /version/,
    ],
    ['no version', persisted(undefined, { sha256Hash: hash(TYPENAME) }), 400, 'BAD_REQUEST', /version/],
    ['a persisted query that is a text', persisted(TYPENAME, 'x'), 400, 'BAD_REQUEST', /version/],
    ['a persisted query that is a list', persisted(TYPENAME, []), 400, 'BAD_REQUEST', /version/],
    ['a persisted query that is true', persisted(undefined, true), 400, 'BAD_REQUEST', /version/],
    [
      'an empty hash and text',
      persisted('', { version: 1, sha256Hash: '' }),
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    ['extensions alone', '{"extensions": {}}', 400, 'BAD_REQUEST', /query/],
    ['an empty query', '{"query": ""}', 400, 'BAD_REQUEST', /query/],
    ['a query that is null', '{"query": null}', 400, 'BAD_REQUEST', /query/],
    ['a query that is a number', '{"query": 1}', 400, 'BAD_REQUEST', /string/],
    ['a query that is a document', '{"query": {"kind": "Document"}}', 400, 'BAD_REQUEST', /string/],
    [
      'variables that are a text',
      `{"query": "${TYPENAME}", "variables": "{}"}`,
      400,
      'BAD_REQUEST',
      /variables/,
    ],
    [
      'variables that are a list',
      `{"query": "${TYPENAME}", "variables": []}`,
      400,
      'BAD_REQUEST',
      /variables/,
    ],
    [
      'extensions that are a list',
      `{"query": "${TYPENAME}", "extensions": []}`,
      400,
      'BAD_REQUEST',
      /extensions/,
    ],
    [
      'a name that is a number',
      `{"query": "${TYPENAME}", "operationName": 1}`,
      400,
      'BAD_REQUEST',
      /operationName/,
    ],
    ['no operations', '[]', 400, 'BAD_REQUEST', /batch/],
    ['an empty object', '{}', 400, 'BAD_REQUEST', /body/],
    ['null', 'null', 400, 'BAD_REQUEST', /body/],
  ])('%s', async (_, body, status, code, reason) => {
    const refusal = await send(body);
    expect([refusal.status, refusal.code]).toEqual([status, code]);
    expect(refusal.message).toMatch(reason);
  });

  test('a type that no answer has', async () => {
    const body = JSON.stringify({ query: TYPENAME });
    const { status, code } = await send(body, { accept: 'text/csv' });
    expect([status, code]).toEqual([406, 'BAD_REQUEST']);
  });

  test.each<[string, Record<string, string> | string, number, string, RegExp]>([
    ['a mutation', { query: 'mutation { __typename }' }, 405, 'BAD_REQUEST', /GET/],
    [
      'a hash that makes no text',
      { query: TYPENAME, extensions: '{"persistedQuery":{"version":1,"sha256Hash":{"toString":1}}}' },
      400,
      'BAD_REQUEST',
      /sha does not match/,
    ],
    ['variables that are no JSON', { query: TYPENAME, variables: '{' }, 400, 'BAD_REQUEST', /variables/],
    ['variables that are no object', { query: TYPENAME, variables: '[]' }, 400, 'BAD_REQUEST', /variables/],
    ['extensions that are no JSON', { query: TYPENAME, extensions: '{x}' }, 400, 'BAD_REQUEST', /extensions/],
    ['extensions that are no object', { query: TYPENAME, extensions: '1' }, 400, 'BAD_REQUEST', /extensions/],
    ['two queries', `query=${TYPENAME}&query=${TYPENAME}`, 400, 'BAD_REQUEST', /once/],
    ['no query', {}, 400, 'BAD_REQUEST', /query/],
    [
      'a persisted query of another version',
      { extensions: '{"persistedQuery":{"version":3}}' },
      400,
      'BAD_REQUEST',
      /version/,
    ],
  ])('by GET, %s', async (_, parameters, status, code, reason) => {
    const refusal = await get(parameters);
    expect([refusal.status, refusal.code]).toEqual([status, code]);
    expect(refusal.message).toMatch(reason);
  });

  test('by GET, what a form may send', async () => {
    const { status, code } = await get({ query: TYPENAME }, { 'apollo-require-preflight': '' });
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
    const typed = await get({ query: TYPENAME }, { 'content-type': 'application/xml' });
    expect([typed.status, typed.code]).toEqual([415, 'BAD_REQUEST']);
  });

  test('in a batch', async () => {
    for (const [body, code] of [
      ['[]', 'BAD_REQUEST'],
      ['[1]', 'BAD_REQUEST'],
      ['[null, []]', 'BAD_REQUEST'],
      ['[{"query": "subscription { x }"}]', 'GRAPHQL_VALIDATION_FAILED'],
      [`[${persisted(TYPENAME, { version: 1, sha256Hash: '' })}]`, 'BAD_REQUEST'],
      ['[{},{},{},{}]', 'OPERATION_TOO_COSTLY'],
    ] as const)
      expect([body, (await send(body, {}, batching)).code]).toEqual([body, code]);
  });
});

describe('an operation that graphql-js refuses is the client’s mistake', () => {
  const NULLED: [string, string, object][] = [
    ['an argument', 'query ($n: ID = "x") { taskStatus(id: $n) { id } }', { n: null }],
    [
      'a member of an input',
      'query ($n: TaskStatusSortField = CREATED) { taskStatuses(sort: {field: $n, direction: ASC}) { totalCount } }',
      { n: null },
    ],
    [
      'a member of a list',
      'query ($n: ID = "x") { taskStatuses(filter: {id: {in: ["y", $n]}}) { totalCount } }',
      { n: null },
    ],
    ['a directive at the root', 'query ($n: Boolean = true) { __typename @include(if: $n) }', { n: null }],
    [
      'a directive below',
      'query ($n: Boolean = true) { _entities(representations: [{__typename: "Source", id: "x"}]) { __typename ... @skip(if: $n) { __typename } } }',
      { n: null },
    ],
    [
      'an argument below',
      'query ($n: [ID!] = []) { _entities(representations: [{__typename: "Source", id: "x"}]) { ... on Source { taskStatuses(filter: {id: {in: $n}}) { totalCount } } } }',
      { n: [null] },
    ],
    [
      'an argument of a mutation',
      'mutation ($n: ID = "x") { updateTaskStatus(input: {id: $n, patch: []}) { taskStatus { id } } }',
      { n: null },
    ],
    [
      'the entities',
      'query ($n: [_Any!] = []) { _entities(representations: $n) { __typename } }',
      { n: null },
    ],
  ];
  test.each(NULLED)('null over a variable’s default: %s', async (_, query, variables) => {
    const { code, message } = await send(JSON.stringify({ query, variables }));
    expect(code).toBe('BAD_USER_INPUT');
    expect(message).toMatch(/null|invalid value/);
  });

  test.each<[string, object, string, RegExp]>([
    [
      'a subscription',
      { query: 'subscription { taskStatusChanged { gone } }' },
      'BAD_REQUEST',
      /Accept: text\/event-stream/,
    ],
    [
      'a subscription by its name',
      {
        query: 'query A { __typename } subscription B { taskStatusChanged { gone } }',
        operationName: 'B',
      },
      'BAD_REQUEST',
      /Accept: text\/event-stream/,
    ],
    [
      'two operations and no name',
      { query: 'query A { __typename } query B { __typename }' },
      'OPERATION_RESOLUTION_FAILURE',
      /name/,
    ],
    [
      'an unknown name',
      { query: 'query A { __typename }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
      /"B"/,
    ],
    [
      'no operation',
      { query: 'fragment F on Query { __typename }' },
      'GRAPHQL_VALIDATION_FAILED',
      /never used/,
    ],
    [
      'a type of the client’s own',
      { query: 'type Query { a: Int }' },
      'GRAPHQL_VALIDATION_FAILED',
      /not executable/,
    ],
    ['no text', { query: '  ' }, 'GRAPHQL_PARSE_FAILED', /Syntax/],
    ['a text that is cut off', { query: '{ taskStatus(id: "x"' }, 'GRAPHQL_PARSE_FAILED', /Syntax/],
    ['a lone surrogate', { query: '{ taskStatus(id: "\ud800") { id } }' }, 'GRAPHQL_PARSE_FAILED', /Syntax/],
    [
      'a missing variable',
      { query: 'query ($x: ID!) { taskStatus(id: $x) { id } }' },
      'BAD_USER_INPUT',
      /not provided/,
    ],
    [
      'a variable that is null',
      { query: 'query ($x: ID!) { taskStatus(id: $x) { id } }', variables: { x: null } },
      'BAD_USER_INPUT',
      /null/,
    ],
    [
      'a variable of another type',
      { query: 'query ($x: Int) { taskStatuses(limit: $x) { totalCount } }', variables: { x: '1' } },
      'BAD_USER_INPUT',
      /Int/,
    ],
    [
      'a number that is no 32-bit integer',
      { query: 'query ($x: Int) { taskStatuses(limit: $x) { totalCount } }', variables: { x: 2 ** 31 } },
      'BAD_USER_INPUT',
      /Int/,
    ],
    [
      'many bad variables',
      {
        query:
          'query ($x: [_Any!]!, $y: TaskStatusFilterInput) { _entities(representations: $x) { __typename } taskStatuses(filter: $y) { totalCount } }',
        variables: { x: Array(500).fill(null), y: 1 },
      },
      'BAD_USER_INPUT',
      /Too many/,
    ],
    [
      'a variable of an output type',
      { query: 'query ($x: TaskStatus) { __typename }' },
      'GRAPHQL_VALIDATION_FAILED',
      /input type/,
    ],
    ['@defer', { query: '{ ... @defer { __typename } }' }, 'GRAPHQL_VALIDATION_FAILED', /@defer/],
    [
      'a representation whose type makes no text',
      {
        query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
        variables: {
          r: [
            { __typename: { toString: 1 } },
            { __typename: [[['TaskStatus']]], id: 'x' },
            { __typename: 'Source', id: { toString: 1 } },
          ],
        },
      },
      'BAD_USER_INPUT',
      /__typename/,
    ],
    [
      'a representation of no entity',
      {
        query:
          '{ _entities(representations: [1, {}, {__typename: 1}, {__typename: TaskStatus, id: 1}, {__typename: "Source"}]) { __typename } }',
      },
      'BAD_USER_INPUT',
      /representations\[4\]/,
    ],
  ])('%s', async (_, body, code, reason) => {
    const refusal = await send(JSON.stringify(body));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(reason);
  });

  test('by GET too', async () => {
    expect((await get({ query: 'subscription { x }' })).code).toBe('GRAPHQL_VALIDATION_FAILED');
    const { code } = await get({ query: NULLED[0]?.[1] ?? '', variables: '{"n":null}' });
    expect(code).toBe('BAD_USER_INPUT');
  });
});
