import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Log } from '../../src/telemetry/logger.js';
import { Pair } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';

/** What the gateway logged at `error`. Nothing that a client sends may cause an entry. */
const complaints: unknown[][] = [];
const log: Log = {
  ...silentLog,
  error: (...entry: unknown[]) => {
    complaints.push(entry);
  },
};

const pair = new Pair('v1', {}, {}, log);
beforeAll(() => pair.start());
afterAll(() => pair.stop());
beforeEach(() => {
  pair.calls();
  complaints.length = 0;
});

interface Refusal {
  readonly code: string | undefined;
  readonly message: string;
}

/** Returns the first error of an answer. Asserts that it was not logged as an error and caused no upstream call. */
async function send(body: string): Promise<Refusal> {
  const reply = await fetch(`${pair.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const { errors } = (await reply.json()) as { errors?: { message: string; extensions: { code: string } }[] };
  expect(complaints).toEqual([]);
  expect(pair.calls()).toEqual([]);
  return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message ?? '' };
}

describe('a JSON value that could not be sent as written', () => {
  /** Returns a mutation with `count` updates to a value. The value can be or contain the variable `$v`. */
  const updates = (value: string, count = 1): string => {
    const update = `updateTaskStatus(input: {id: "x", patch: [{op: REPLACE, path: "/a", value: ${value}}]}) { taskStatus { id } }`;
    const head = value.includes('$v') ? 'mutation ($v: JSON)' : 'mutation';
    return `${head} { ${Array<string>(count).fill(update).join(' ')} }`;
  };
  const update = (value: string, variable = 'null'): Promise<Refusal> =>
    send(`{"query": ${JSON.stringify(updates(value))}, "variables": {"v": ${variable}}}`);
  const ARGUMENT = /"input\.patch\[0\]\.value" must/;
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  const NUMBERS = [
    '1e999',
    '-1e999',
    '12345678901234567890',
    '9007199254740992',
    '-9007199254740992',
    '1e300',
    '9007199254740993.0',
  ];
  test.each(NUMBERS)('%s is refused in variables and literals, nested or not', async (number) => {
    for (const [value, variable] of [
      ['$v', number],
      ['$v', `{"a": [0, {"b": ${number}}]}`],
      [number, 'null'],
      [`{a: [0, {b: ${number}}]}`, 'null'],
      ['{a: [$v]}', number],
    ] as const) {
      const { code, message } = await update(value, variable);
      expect([value, code]).toEqual([value, 'BAD_USER_INPUT']);
      expect(message).toMatch(ARGUMENT);
    }
  });

  test.each(['FOO', '[FOO]', '{a: {b: [true, FOO]}}'])('has no enum words: %s', async (value) => {
    const { code, message } = await update(value);
    expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(message).toMatch(/quotes/);
  });

  test.each([101, 1_000, 10_000, 100_000])('is refused where a variable nests %i levels', async (levels) => {
    for (const [value, variable] of [
      ['$v', nested(levels)],
      ['$v', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`],
      ['{a: $v}', nested(levels)],
    ] as const) {
      const { code, message } = await update(value, variable);
      expect(code).toBe('BAD_USER_INPUT');
      expect(message).toMatch(/"input\.patch\[0\]\.value" must not nest more than 100 levels/);
    }
  });

  test.each([101, 500, 900])('is refused where a literal nests %i levels', async (levels) => {
    for (const value of [nested(levels), `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`]) {
      const { code, message } = await update(value);
      expect(code).toBe('BAD_USER_INPUT');
      expect(message).toMatch(/"input\.patch\[0\]\.value" must not nest more than 100 levels/);
    }
  });

  test.each([1_500, 2_000, 2_500, 3_000, 3_500, 5_000, 7_000])(
    'is refused where a literal nests %i levels, by the parser or a rule',
    async (levels) => {
      for (const value of [nested(levels), `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`])
        for (const count of [1, 2])
          expect((await send(JSON.stringify({ query: updates(value, count) }))).code).toBe(
            'OPERATION_TOO_COSTLY',
          );
    },
  );
});

test.each<[string, string]>([
  ['an id', '"query": "query ($v: ID!) { taskStatus(id: $v) { id } }", "variables": {"v": DEEP}'],
  [
    'ids',
    '"query": "query ($v: [ID!]) { taskStatuses(filter: {id: {in: $v}}) { totalCount } }", "variables": {"v": DEEP}',
  ],
  [
    'an input',
    '"query": "query ($v: TaskStatusFilterInput) { taskStatuses(filter: $v) { totalCount } }", "variables": {"v": DEEP}',
  ],
  [
    'an enum',
    '"query": "query ($v: SortDirection!) { taskStatuses(sort: {field: CREATED, direction: $v}) { totalCount } }", "variables": {"v": DEEP}',
  ],
  [
    'representations',
    '"query": "query ($v: [_Any!]!) { _entities(representations: $v) { __typename } }", "variables": {"v": DEEP}',
  ],
  [
    'a representation',
    '"query": "query ($v: _Any!) { _entities(representations: [$v]) { __typename } }", "variables": {"v": DEEP}',
  ],
  ['a variable that nobody asked for', '"query": "{ nothing }", "variables": {"v": DEEP}'],
  ['a name', '"query": "{ __typename }", "operationName": DEEP'],
  ['an extension', '"query": "{ nothing }", "extensions": {"a": DEEP}'],
  ['a persisted query', '"query": "{ __typename }", "extensions": {"persistedQuery": DEEP}'],
  ['a hash', '"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DEEP}}'],
  ['a query', '"query": DEEP'],
  ['a key __proto__ below', '"query": "{ __typename }", "variables": {"v": [DEEP, {"__proto__": 1}]}'],
])('deep JSON for %s is refused as a mistake', async (_, members) => {
  for (const levels of [99, 10_000, 100_000]) {
    const deep = '['.repeat(levels) + ']'.repeat(levels);
    const { code } = await send(`{${members.replace('DEEP', deep)}}`);
    expect(code).toMatch(/^(?:BAD_|GRAPHQL_|PERSISTED_)/);
  }
});

describe('what nests so deeply that it could not be followed', () => {
  test.each<[string, (levels: number) => string]>([
    ['inline fragments', (n) => `${'{ ... '.repeat(n)} { __typename } ${'} '.repeat(n)}`],
    ['fields', (n) => `{ ${'a { '.repeat(n)} a ${'} '.repeat(n)} }`],
    [
      'a variable’s type',
      (n) => `query ($x: ${'['.repeat(n)}Int${']'.repeat(n)}) { taskStatuses(limit: $x) { totalCount } }`,
    ],
    ['a default', (n) => `query ($x: JSON = ${'['.repeat(n)}${']'.repeat(n)}) { __typename }`],
    [
      'a representation',
      (n) => `{ _entities(representations: [${'{a: '.repeat(n)}1${'}'.repeat(n)}]) { __typename } }`,
    ],
    [
      'a chain of fragments',
      (n) =>
        `{ ...F0 } ${Array.from({ length: n }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`).join(' ')} fragment F${n} on Query { nothing }`,
    ],
    [
      'a circle of fragments',
      (n) =>
        `{ ...F0 } ${Array.from({ length: n }, (_, i) => `fragment F${i} on Query { ...F${(i + 1) % n} }`).join(' ')}`,
    ],
    ['an argument that there is not', (n) => `{ a: __typename @skip(if: ${'['.repeat(n)}${']'.repeat(n)}) }`],
    [
      'the arguments of one field twice',
      (n) => many(2, `taskStatus(id: ${'['.repeat(n)}${']'.repeat(n)}) { id }`),
    ],
  ])('is refused: %s', async (_, make) => {
    for (const levels of [21, 99, 500, 900, 1_500, 1_870, 2_500, 3_500, 5_000, 7_000])
      expect(['OPERATION_TOO_COSTLY', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', undefined]).toContain(
        (await send(JSON.stringify({ query: make(levels) }))).code,
      );
  });

  const many = (count: number, field: string): string => `{ ${Array<string>(count).fill(field).join(' ')} }`;
});

describe('a JSON value', () => {
  const sent = async (value: string, variable = 'null'): Promise<unknown> => {
    const [id = ''] = pair.pending(1);
    const definitions = ['$v: JSON', '$n: Int'].filter((variable) => value.includes(variable.slice(0, 2)));
    const head = definitions.length > 0 ? `mutation (${definitions.join()})` : 'mutation';
    const query = `${head} { updateTaskStatus(input: {id: "${id}", patch: [{op: TEST, path: "/a", value: ${value}}]}) { taskStatus { id } } }`;
    await pair.ask(query, { v: JSON.parse(variable) as unknown });
    const [call] = pair.sandbox.calls.splice(0);
    return (JSON.parse(call?.body ?? '[]') as { value: unknown }[])[0]?.value;
  };

  test.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.1', 0.1],
    ['1e-400', 0],
    ['"FOO"', 'FOO'],
    [
      '{a: {__proto__: null, constructor: [true, 1.5, "x"]}, b: $v}',
      JSON.parse('{"a":{"__proto__":null,"constructor":[true,1.5,"x"]},"b":{"c":[1]}}'),
    ],
    ['{a: $n, b: [1, $n, $v]}', { b: [1, null, { c: [1] }] }],
    ['"""\n  block\n    text\n"""', 'block\n  text'],
  ])('%s is sent as it says', async (value, expected) => {
    expect(await sent(value, '{"c": [1]}')).toEqual(expected);
  });

  test('that nests 100 levels is sent as it says', async () => {
    const nested = '['.repeat(100) + ']'.repeat(100);
    expect(await sent(nested, '{"c": [1]}')).toEqual(JSON.parse(nested));
  });
});
