import { createHash } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse, print, type DocumentNode } from 'graphql';
import {
  createKnownOperations,
  type KnownOperations,
  type OperationRequest,
} from '../../src/execution/known-operations.js';
import { toTemplate } from '../../src/execution/literals.js';

const schema = buildSchema(`
  type Query { thing(id: ID, count: Int, name: String, ids: [ID!]): Thing  sure: Thing! }
  type Mutation { thing: Thing }
  type Thing { text: String  sure: String!  list: [Int]  sures: [Int!]  flag: Boolean  slow(n: Int): Int  any: Any }
  union Any = Thing
`);
const resolve = jest.fn<(root: unknown, args: Record<string, unknown>) => unknown>();
Object.assign(schema.getQueryType()?.getFields()['thing'] ?? {}, { resolve });

const sha256 = (source: string): string => createHash('sha256').update(source).digest('hex');

function learn(known: KnownOperations, source: string, operationName?: string): void {
  const document = parse(source);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('no such operation');
  known.learn({ source, sha256: sha256(source), operationName, document, operation });
}

async function ask(known: KnownOperations, request: Partial<OperationRequest>): Promise<unknown> {
  return known.answer({ variables: {}, ...request }, () => ({}));
}

function knowing(
  source: string,
  admits: (text: string) => boolean = () => true,
  admitsAll: (template: DocumentNode) => boolean = () => true,
): KnownOperations {
  resolve.mockReset().mockReturnValue({ text: 'a' });
  const known = createKnownOperations(schema, { admits, admitsAll });
  learn(known, source);
  return known;
}

const text = { data: { thing: { text: 'a' } }, errors: [] };

describe('an operation', () => {
  test('is answered by its text, or by the hash of it, and no other is', async () => {
    const query = '{ thing { text } }';
    const known = knowing(query);
    expect(await ask(known, { query })).toEqual(text);
    expect(await ask(known, { sha256: sha256(query) })).toEqual(text);
    expect(await ask(known, { query: '{ thing  { text } }' })).toBeUndefined();
    expect(await ask(known, { sha256: sha256('other') })).toBeUndefined();
    expect(await ask(known, { query, operationName: 'Other' })).toBeUndefined();
  });

  test('of a document with several is told apart by its name', async () => {
    const query = 'query A { thing(count: 1) { text } } query B { b: thing(count: 2) { text } }';
    const known = knowing('{ thing { text } }');
    learn(known, query, 'A');
    learn(known, query, 'B');
    expect(await ask(known, { query, operationName: 'A' })).toEqual(text);
    expect(await ask(known, { query, operationName: 'B' })).toEqual({ ...text, data: { b: { text: 'a' } } });
    expect(resolve.mock.calls.map(([, args]) => args['count'])).toEqual([1, 2]);
    expect(await ask(known, { query })).toBeUndefined();
  });

  test('is not answered where its text is not, or no longer, admitted to everyone', async () => {
    const query = '{ thing(id: "1") { text } }';
    const known = knowing(query, (source) => source === query);
    expect(await ask(known, { query })).toEqual(text);
    expect(await ask(known, { query: '{ thing(id: "2") { text } }' })).toBeUndefined();
  });

  test('is known by its text alone where its template does not admit all texts', async () => {
    const query = '{ thing(count: 1) { text } }';
    const asked: string[] = [];
    const known = knowing(
      query,
      () => true,
      (template) => {
        asked.push(print(template));
        return false;
      },
    );
    expect(asked).toEqual([print(parse('{ thing(count: $_int0) { text } }'))]);
    expect(await ask(known, { query })).toEqual(text);
    expect(await ask(known, { query: '{ thing(count: 2) { text } }' })).toBeUndefined();
  });

  test.each([
    ['a mutation', 'mutation { thing { text } }'],
    ['a root field that can’t be null', '{ sure { text } }'],
    ['an introspection', '{ __schema { description } }'],
    ['a root field that has no resolver', '{ __typename }'],
    ['a field with arguments', '{ thing { slow(n: 1) } }'],
    ['a union', '{ thing { any { __typename } } }'],
    ['a key that objects keep to themselves', '{ thing { __proto__: text } }'],
  ])('is left to graphql-js where it is %s', async (_, query) => {
    expect(await ask(knowing(query), { query })).toBeUndefined();
  });

  test('is left to graphql-js where its variables don’t fit, or decide on its fields in too many ways', async () => {
    const query = 'query ($c: Int) { thing(count: $c) { text } }';
    expect(await ask(knowing(query), { query, variables: { c: 'x' } })).toBeUndefined();
    const names = ['a', 'b', 'c', 'd', 'e'];
    const conditional = `query (${names.map((name) => `$${name}: Boolean!`).join()}) {
      thing { text ${names.map((name) => `${name}: flag @skip(if: $${name})`).join(' ')} } }`;
    const known = knowing(conditional);
    let answered = 0;
    for (let bits = 0; bits < 32; bits++) {
      const values = Object.fromEntries(names.map((name, index) => [name, Boolean(bits & (1 << index))]));
      if (await ask(known, { query: conditional, variables: values })) answered += 1;
    }
    expect(answered).toBe(16);
  });

  test('is left to graphql-js where a condition is null, whatever it was before', async () => {
    const query = 'query ($if: Boolean = true) { thing { text @include(if: $if) } }';
    const known = knowing(query);
    expect(await ask(known, { query })).toEqual(text);
    expect(await ask(known, { query, variables: { if: true } })).toEqual(text);
    expect(await ask(known, { query, variables: { if: null } })).toBeUndefined();
    expect(await ask(known, { query, variables: { if: false } })).toEqual({ ...text, data: { thing: {} } });
  });

  test.each([
    ['a null where none may be', { sure: null }, '{ thing { sure } }'],
    ['a null in a list where none may be', { sures: [1, null] }, '{ thing { sures } }'],
    ['no list', { list: 'x' }, '{ thing { list } }'],
    ['a promise', { text: Promise.resolve('a') }, '{ thing { text } }'],
    ['a promise of an object', { any: 1, text: { then: (): void => undefined } }, '{ thing { text } }'],
    ['a function', { text: (): string => 'a' }, '{ thing { text } }'],
    ['an error', { text: new Error('no') }, '{ thing { text } }'],
    ['what its scalar refuses', { list: [2 ** 40] }, '{ thing { list } }'],
    ['no object', 'text', '{ thing { text } }'],
  ])('is left to graphql-js where a resolver gives %s', async (_, value, query) => {
    const known = knowing(query);
    resolve.mockReturnValue(value);
    expect(await ask(known, { query })).toBeUndefined();
  });

  test('is forgotten once there are too many, and never remembered where it is too long', async () => {
    const first = '{ first: thing { text } }';
    const known = knowing(first);
    const long = `{ thing { text } } # ${'x'.repeat(300_000)}`;
    learn(known, long);
    expect(await ask(known, { query: long })).toBeUndefined();
    expect(await ask(known, { query: first })).toBeDefined();
    for (let index = 0; index < 1_000; index++) learn(known, `{ f${index}: thing { text } }`);
    expect(await ask(known, { query: first })).toBeUndefined();
  });
});

describe('literals', () => {
  const texts = (source: string): string | undefined => toTemplate(source)?.text;

  test.each([
    ['{ thing(id: "1", count: 5) { text } }', '{ thing(id: $_string0, count: $_int1) { text } }'],
    [
      '{ a1: thing(id: "x") { text } b: thing(id: "x") { text } }',
      '{ a1: thing(id: $_string0) { text } b: thing(id: $_string0) { text } }',
    ],
    ['{ thing(name: "") { text } } # "5" 5', '{ thing(name: $_string0) { text } } # "5" 5'],
    ['{ thing(name: "a\\n", count: 1.5, id: """5""") { text } }', undefined],
    ['{ thing(count: 99999999999) { text } }', undefined],
    ['query ($_int0: Int) { thing(count: 5) { text } }', undefined],
  ])('of %s', (source, template) => {
    expect(texts(source)).toBe(template);
  });

  test('that differ have one operation, those that make another document don’t', async () => {
    const known = knowing('{ thing(id: "1", count: 5) { text } }');
    expect(await ask(known, { query: '{ thing(id: "2", count: 6) { text } }' })).toEqual(text);
    expect(resolve.mock.lastCall?.[1]).toEqual({ id: '2', count: 6 });
    expect(await ask(known, { query: '{ thing(id: "2", count: "6") { text } }' })).toBeUndefined();
    expect(await ask(known, { query: '{ thing(id: 2, count: 6) { text } }' })).toBeUndefined();
    // A template is no text that a client could send.
    expect(await ask(known, { query: '{ thing(id: $_string0, count: $_int1) { text } }' })).toBeUndefined();
  });

  test('that two fields share are no template for two that differ, which would not merge', async () => {
    const known = knowing('{ thing(id: "1") { text } thing(id: "1") { flag } }');
    expect(await ask(known, { query: '{ thing(id: "2") { text } thing(id: "2") { flag } }' })).toBeDefined();
    expect(
      await ask(known, { query: '{ thing(id: "1") { text } thing(id: "2") { flag } }' }),
    ).toBeUndefined();
  });

  test.each([
    ['in a list', '{ thing(ids: "1") { text } }', '{ thing(ids: "2") { text } }', { ids: ['1'] }],
    ['an Int for an ID', '{ thing(id: 1) { text } }', '{ thing(id: 2) { text } }', { id: '1' }],
    [
      'a default',
      'query ($c: Int = 5) { thing(count: $c) { text } }',
      'query ($c: Int = 6) { thing(count: $c) { text } }',
      { count: 5 },
    ],
  ])('%s are taken as they stand', async (_, query, other, args) => {
    const known = knowing(query);
    expect(await ask(known, { query })).toEqual(text);
    expect(resolve.mock.lastCall?.[1]).toEqual(args);
    expect(await ask(known, { query: other })).toBeUndefined();
  });

  test('don’t shift where an error is located', async () => {
    const known = knowing('{ a: thing(id: "1") { text } thing(id: "2") { text } }');
    resolve.mockImplementation(() => {
      throw new Error('no');
    });
    const query = '{ a: thing(id: "a long one") { text } thing(id: "2") { text } }';
    const answer = (await ask(known, { query })) as { errors: { locations: unknown }[] };
    expect(answer.errors.map(({ locations }) => locations)).toEqual([
      [{ line: 1, column: 3 }],
      [{ line: 1, column: 39 }],
    ]);
  });
});
