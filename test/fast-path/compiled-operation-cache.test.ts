import { describe, expect, jest, test } from '@jest/globals';
import { buildSchema, execute, getOperationAST, parse } from 'graphql';
import {
  createCompiledOperationCache,
  type CompiledOperationCache,
  type OperationRequest,
} from '../../src/fast-path/compiled-operation-cache.js';
import type { FastPathContext } from '../../src/fast-path/root-results.js';

const sdl = `
  type Query {
    thing(id: ID, count: Int, name: String, ids: [ID!], toString: Int): Thing
    sure: Thing!
    unmarked: Thing
  }
  type Mutation { thing: Thing }
  type Thing { text: String  sure: String!  list: [Int]  sures: [Int!]  flag: Boolean  slow(n: Int): Int  any: Any }
  union Any = Thing
`;
const resolve = jest.fn<(root: unknown, args: Record<string, unknown>, context: unknown) => unknown>();

function cacheOf(options: Partial<Parameters<typeof createCompiledOperationCache>[1]> = {}): {
  cache: CompiledOperationCache;
  schema: ReturnType<typeof buildSchema>;
} {
  resolve.mockReset().mockReturnValue({ text: 'a' });
  const schema = buildSchema(sdl);
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {}))
    Object.assign(field, {
      resolve: (...given: Parameters<typeof resolve>) => resolve(...given),
      extensions: { fastPath: field.name !== 'unmarked' },
    });
  const cache = createCompiledOperationCache(schema, {
    admits: () => true,
    textOf: () => Promise.resolve(undefined),
    ...options,
  });
  return { cache, schema };
}

function put(cache: CompiledOperationCache, source: string, operationName?: string): void {
  const document = parse(source);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('no such operation');
  cache.put({ source, operationName, document, operation });
}

async function ask(
  cache: CompiledOperationCache,
  request: Partial<OperationRequest>,
  context: FastPathContext = {},
): Promise<unknown> {
  const text = await cache.execute(
    { query: undefined, sha256: undefined, operationName: undefined, variables: {}, ...request },
    () => context,
  );
  return text === undefined ? undefined : JSON.parse(text);
}

function cacheWith(source: string): CompiledOperationCache {
  const { cache } = cacheOf();
  put(cache, source);
  return cache;
}

const text = { data: { thing: { text: 'a' } } };

describe('an operation', () => {
  test.each([
    '{ thing  { text } }',
    '{ thing { text } } ',
    '{ thing { text } } # c',
    '{ thing, { text } }',
    '{ other: thing { text } }',
    '',
  ])('is found by its exact text, not by %j', async (other) => {
    const query = '{ thing { text } }';
    const cache = cacheWith(query);
    expect(await ask(cache, { query })).toEqual(text);
    expect(await ask(cache, { query: other })).toBeUndefined();
  });

  test('is found by a hash only where that is registered', async () => {
    const query = '{ thing { text } }';
    const { cache } = cacheOf({ textOf: (sha256) => Promise.resolve(sha256 === 'mine' ? query : undefined) });
    expect(await ask(cache, { sha256: 'mine' })).toBeUndefined();
    put(cache, query);
    expect(await ask(cache, { sha256: 'mine' })).toEqual(text);
    expect(await ask(cache, { sha256: query })).toBeUndefined();
    expect(await ask(cache, { query: 'mine' })).toBeUndefined();
  });

  test('of a document with several is told apart by its name', async () => {
    const query = 'query A { thing(count: 1) { text } } query B { b: thing(count: 2) { text } }';
    const { cache } = cacheOf();
    put(cache, query, 'A');
    put(cache, query, 'B');
    expect(await ask(cache, { query, operationName: 'A' })).toEqual(text);
    expect(await ask(cache, { query, operationName: 'B' })).toEqual({ data: { b: { text: 'a' } } });
    expect(resolve.mock.calls.map(([, args]) => args['count'])).toEqual([1, 2]);
    for (const operationName of [undefined, '', 'C', 'A\0', '__proto__', 'constructor'])
      expect(await ask(cache, { query, operationName })).toBeUndefined();
  });

  test('is not kept where its text is not admitted to every client', async () => {
    const query = '{ thing(id: "1") { text } }';
    const other = '{ thing(id: "2") { text } }';
    const { cache } = cacheOf({ admits: (source) => source === query });
    put(cache, query);
    put(cache, other);
    expect(await ask(cache, { query })).toEqual(text);
    expect(await ask(cache, { query: other })).toBeUndefined();
  });

  test.each([
    ['a mutation', 'mutation { thing { text } }'],
    ['a root field that can’t be null', '{ sure { text } }'],
    ['a root field that is not marked', '{ unmarked { text } }'],
    ['an introspection', '{ __schema { description } }'],
    ['a type’s name at the root', '{ __typename }'],
    ['a field with arguments', '{ thing { slow(n: 1) } }'],
    ['a union', '{ thing { any { __typename } } }'],
    ['a key that sets the prototype', '{ thing { __proto__: text } }'],
    ['such a key at the root', '{ __proto__: thing { text } }'],
  ])('is left to the full path where it is %s', async (_, query) => {
    expect(await ask(cacheWith(query), { query })).toBeUndefined();
    expect(resolve).not.toHaveBeenCalled();
  });

  test('takes its variables as graphql-js does, and leaves those that don’t fit', async () => {
    const query = 'query ($c: Int, $toString: Int) { thing(count: $c, toString: $toString) { text } }';
    const cache = cacheWith(query);
    expect(await ask(cache, { query })).toEqual(text);
    expect(resolve.mock.lastCall?.[1]).toEqual({});
    expect(await ask(cache, { query, variables: { c: null, toString: 3, other: 1 } })).toEqual(text);
    expect(resolve.mock.lastCall?.[1]).toEqual({ count: null, toString: 3 });
    expect(await ask(cache, { query, variables: { c: 'x' } })).toBeUndefined();
  });

  test('is left to the full path where its conditions take too many values', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const conditional = `query (${names.map((name) => `$${name}: Boolean!`).join()}) {
      thing { text ${names.map((name) => `${name}: flag @skip(if: $${name})`).join(' ')} } }`;
    const cache = cacheWith(conditional);
    let answered = 0;
    for (let bits = 0; bits < 32; bits++) {
      const values = Object.fromEntries(names.map((name, index) => [name, Boolean(bits & (1 << index))]));
      if (await ask(cache, { query: conditional, variables: values })) answered += 1;
    }
    expect(answered).toBe(16);
  });

  test('is left to the full path if a condition is null, even after one that was not', async () => {
    const query = 'query ($if: Boolean = true) { thing { text @include(if: $if) } }';
    const cache = cacheWith(query);
    expect(await ask(cache, { query })).toEqual(text);
    expect(await ask(cache, { query, variables: { if: true } })).toEqual(text);
    expect(await ask(cache, { query, variables: { if: null } })).toBeUndefined();
    expect(await ask(cache, { query, variables: { if: false } })).toEqual({ data: { thing: {} } });
  });

  test('is removed once there are too many, and never kept where it is too long', async () => {
    const first = '{ first: thing { text } }';
    const cache = cacheWith(first);
    const long = `{ thing { text } } # ${'x'.repeat(300_000)}`;
    put(cache, long);
    expect(await ask(cache, { query: long })).toBeUndefined();
    expect(await ask(cache, { query: first })).toBeDefined();
    for (let index = 0; index < 2_000; index++) put(cache, `{ f${index}: thing { text } }`);
    expect(await ask(cache, { query: first })).toBeUndefined();
  });

  test('is left to the full path, and nothing is thrown, where a part of the gateway throws', async () => {
    const query = '{ thing { text } }';
    const { cache } = cacheOf({ textOf: () => Promise.reject(new Error('no registry')) });
    put(cache, query);
    expect(await ask(cache, { sha256: 'mine' })).toBeUndefined();
    const noContext = cache.execute(
      { query, sha256: undefined, operationName: undefined, variables: {} },
      () => {
        throw new Error('no context');
      },
    );
    expect(await noContext).toBeUndefined();
  });
});

describe('after the resolvers ran', () => {
  test.each<[string, unknown, string]>([
    ['a null where none may be', { sure: null }, '{ thing { sure } }'],
    ['a null in a list where none may be', { sures: [1, null] }, '{ thing { sures } }'],
    ['no list', { list: 'x' }, '{ thing { list } }'],
    ['a promise', { text: Promise.resolve('a') }, '{ thing { text } }'],
    [
      'what can be awaited',
      {
        text: {
          then: (done: (text: string) => void) => {
            done('a');
          },
        },
      },
      '{ thing { text } }',
    ],
    ['a function', { text: (): string => 'a' }, '{ thing { text } }'],
    ['an error', { text: new Error('no') }, '{ thing { text } }'],
    [
      'a getter that throws',
      {
        get text() {
          throw new Error('no');
        },
      },
      '{ thing { text } }',
    ],
    ['what its scalar refuses', { list: [2 ** 40] }, '{ thing { list } }'],
    ['no object', 'text', '{ thing { text } }'],
    ['an error in place of its value', new Error('no'), '{ thing { text } }'],
  ])('the full path goes on with their results where one gives %s', async (_, value, query) => {
    const { cache, schema } = cacheOf();
    put(cache, query);
    resolve.mockReturnValue(value);
    const expected = await execute({ schema, document: parse(query), contextValue: {} });
    expect(resolve).toHaveBeenCalledTimes(1);

    const context: FastPathContext = {};
    expect(await ask(cache, { query }, context)).toBeUndefined();
    expect(resolve).toHaveBeenCalledTimes(2);
    const full = await execute({ schema, document: parse(query), contextValue: context });
    expect(JSON.stringify(full)).toEqual(JSON.stringify(expected));
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  test('errors are listed in the order in which they came', async () => {
    const { cache, schema } = cacheOf();
    const query = '{ a: thing(count: 3) { text } b: thing(count: 1) { text } c: thing(count: 2) { sure } }';
    put(cache, query);
    resolve.mockImplementation(async (_, args) => {
      for (let turn = 0; turn < Number(args['count']) * 10; turn++) await Promise.resolve();
      if (args['count'] === 2) return {};
      throw new Error(String(args['count']));
    });
    const expected = await execute({ schema, document: parse(query), contextValue: {} });
    const context: FastPathContext = {};
    expect(await ask(cache, { query }, context)).toBeUndefined();
    const full = await execute({ schema, document: parse(query), contextValue: context });
    expect(full.errors?.map(({ path }) => path)).toEqual([['b'], ['c', 'sure'], ['a']]);
    expect(JSON.stringify(full)).toEqual(JSON.stringify(expected));
    expect(resolve).toHaveBeenCalledTimes(6);
  });
});

test('a short text that unfolds to thousands of members is left to the full path, at no cost', async () => {
  const aliases = (count: number, field: string): string =>
    Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
  const bomb = `{ ${aliases(100, 'thing { ...F }')} } fragment F on Thing { ${aliases(100, 'text')} }`;
  const cache = cacheWith(bomb);
  expect(await ask(cache, { query: bomb })).toBeUndefined();
  expect(resolve).not.toHaveBeenCalled();
  const modest = `{ ${aliases(10, 'thing { ...F }')} } fragment F on Thing { ${aliases(10, 'text')} }`;
  put(cache, modest);
  expect(await ask(cache, { query: modest })).toHaveProperty('data.a9.a9', 'a');
});
