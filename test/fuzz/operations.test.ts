import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc, { type GeneratorValue } from 'fast-check';
import { parse, validate } from 'graphql';
import { createSchema, createSubgraph } from '../../src/index.js';
import { Pair } from '../support/pair.js';
import { runs, Tally } from './codes.js';
import { makeOperation } from './operation-maker.js';

const schema = createSubgraph(createSchema());
const pairs = ['beta', 'v1'].map(
  (version) =>
    new Pair(version, { tasks: 15, unknownEnumRate: 0.2, oddDateRate: 0.2, nullRate: 0.2, noIdRate: 0.1 }),
);
beforeAll(() => Promise.all(pairs.map((pair) => pair.start())));
afterAll(() => Promise.all(pairs.map((pair) => pair.stop())));

function post(pair: Pair, body: string): Promise<Response> {
  return fetch(`${pair.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

const idsOf = (pair: Pair): string[] =>
  pair.sandbox
    .tasks()
    .slice(0, 5)
    .map(({ id }) => id);

test('operations that fit the schema are answered, or refused for their values', async () => {
  const tally = new Tally();
  const count = runs(400);
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.nat(pairs.length - 1), async (g, which) => {
      const pair = pairs[which] as Pair;
      const operation = makeOperation(schema, g, idsOf(pair));
      expect(validate(schema, parse(operation.query))).toEqual([]);
      const { data } = await tally.take(await post(pair, JSON.stringify(operation)));
      pair.calls();
      return data !== null;
    }),
    { numRuns: count },
  );
  tally.print(`${count} operations that fit`);
});

/** Pieces that mean something where they stand, or nothing at all. */
const pieces = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '...',
  '@',
  '$',
  '!',
  ':',
  '=',
  '"',
  '"""',
  '#',
  '&',
  '|',
  ' on ',
  ' fragment ',
  ' query ',
  ' mutation ',
  ' subscription ',
  '__schema{types{name}}',
  '__typename',
  'null',
  'true',
  '1e999',
  '-',
  '\u0000',
  '\ufeff',
  '\ud800',
  '\\u{110000}',
  '@skip(if:true)',
  '@defer',
  '_service{sdl}',
  'extend type Query{a:Int}',
];

function mutate(text: string, g: GeneratorValue): string {
  let changed = text;
  for (let change = g(fc.nat, 1); change >= 0; change--) {
    const at = g(fc.nat, changed.length);
    const length = g(fc.nat, 12);
    const kind = g(fc.nat, 4);
    const middle = changed.slice(at, at + length);
    if (kind === 0) changed = changed.slice(0, at) + changed.slice(at + length);
    else if (kind === 1)
      changed = changed.slice(0, at) + (pieces[g(fc.nat, pieces.length - 1)] ?? '') + changed.slice(at);
    else if (kind === 2) changed = changed.slice(0, at) + middle + changed.slice(at);
    else if (kind === 3) changed = changed.slice(0, at) + g(fc.string) + changed.slice(at + length);
    else changed = changed.slice(0, at) + middle.split('').reverse().join('') + changed.slice(at + length);
  }
  return changed;
}

test('operations that were changed at random are refused with a code, or answered', async () => {
  const tally = new Tally();
  const count = runs(1_000);
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.nat(pairs.length - 1), async (g, which) => {
      const pair = pairs[which] as Pair;
      const { query, variables } = makeOperation(schema, g, idsOf(pair));
      const odd = g(fc.nat, 9);
      await tally.take(
        await post(
          pair,
          odd === 0
            ? mutate(JSON.stringify({ query, variables }), g)
            : JSON.stringify({
                query: mutate(query, g),
                variables: odd === 1 ? g(fc.jsonValue) : variables,
                ...(odd === 3 && { operationName: g(fc.jsonValue) }),
                ...(odd === 4 && { extensions: g(fc.jsonValue) }),
              }),
        ),
      );
      pair.calls();
    }),
    { numRuns: count },
  );
  tally.print(`${count} operations that were changed`);
});
