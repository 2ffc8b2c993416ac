import { expect, test } from '@jest/globals';
import { buildSchema, execute, GraphQLError, parse, type ExecutionResult } from 'graphql';
import { createErrorMask } from '../../src/plugins/error-mask.js';
import { silentLog } from '../support/silent-log.js';

const schema = buildSchema(`
  enum Colour { RED }
  union Any = Thing
  type Thing { id: ID! }
  type Query {
    int(n: Int! = 1): Int
    colour: Colour
    list: [Int]
    required: Int!
    thing: Thing
    any: Any
  }`);

/** Code and message of what a root value makes of an operation, and how many lines of the log it was worth. */
async function masked(
  text: string,
  rootValue: Record<string, unknown>,
  variableValues = {},
): Promise<[code: unknown, message: string | undefined, lines: number]> {
  let lines = 0;
  const log = { ...silentLog, error: () => (lines += 1) };
  const { errors = [] }: ExecutionResult = await execute({
    schema,
    document: parse(text),
    rootValue,
    variableValues,
  });
  // As Apollo Server hands it over.
  const [raised] = errors;
  if (raised === undefined) throw new Error('there is no error');
  const formatted = raised.toJSON();
  const code = raised.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
  const error = createErrorMask(log, true)(
    { ...formatted, extensions: { ...formatted.extensions, code } },
    raised,
  );
  return [error.extensions?.['code'], error.message, lines];
}

const raise = (error: unknown) => (): never => {
  throw error;
};

test.each<[string, string, Record<string, unknown>]>([
  ['a resolver’s error', '{ int }', { int: raise(new TypeError('secret')) }],
  ['a resolver’s rejection', '{ int }', { int: () => Promise.reject(new Error('secret')) }],
  ['a value that is no error', '{ int }', { int: raise('secret') }],
  ['an error of GraphQL’s without a code', '{ int }', { int: raise(new GraphQLError('secret')) }],
  [
    'one with another after it',
    '{ int }',
    { int: raise(new GraphQLError('secret', { originalError: new Error('secret') })) },
  ],
  ['a null where none may be', '{ required }', { required: null }],
  ['a number that is none', '{ int }', { int: 'secret' }],
  ['a word that the enum lacks', '{ colour }', { colour: 'secret' }],
  ['a list that is none', '{ list }', { list: 7 }],
  ['an object that is none', '{ thing { id } }', { thing: 7 }],
  ['an object of no known type', '{ any { __typename } }', { any: { __typename: 'secret' } }],
])('is the gateway’s own fault, told to the log alone: %s', async (_, text, root) => {
  const [code, message, lines] = await masked(text, root);
  expect([code, lines]).toEqual(['INTERNAL_SERVER_ERROR', 1]);
  expect(message).toMatch(/^Something went wrong in the gateway\. Quote [\w-]{36} /);
});

test.each<[string, string, RegExp]>([
  ['a null', 'query ($n: Int = 2) { int(n: $n) }', /"n" .* must not be null/],
  [
    'a condition that is null',
    'query ($n: Boolean = true) { int @include(if: $n) }',
    /"if" .* must not be null/,
  ],
])('is the client’s mistake, told to the client alone: %s', async (_, text, reason) => {
  const [code, message, lines] = await masked(text, { int: 1 }, { n: null });
  expect([code, lines]).toEqual(['BAD_USER_INPUT', 0]);
  expect(message).toMatch(reason);
});
