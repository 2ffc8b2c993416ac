import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSchema, createSubgraph, type Gateway } from '../../src/index.js';
import { startGatewayOn } from '../support/pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';
import { runs, Tally } from './codes.js';
import { everyField } from './operation-maker.js';

let upstream: ScriptedUpstream;
let gateways: Gateway[];
beforeAll(async () => {
  upstream = await startScriptedUpstream();
  gateways = await Promise.all(
    ['beta', 'v1'].map((version) =>
      startGatewayOn(upstream.url, version, undefined, {
        VALUE_LIMIT: '999999999',
        OPERATION_DEADLINE: '5s',
      }),
    ),
  );
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await upstream.stop();
});

const queries = [
  everyField(createSubgraph(createSchema()), 'a'),
  '{ a: taskStatus(id: "a") { id state } b: taskStatus(id: "b") { id state results { label value } } c: taskStatus(id: "c") { messages { text } } }',
  '{ p: pendingTasks(first: 2) { edges { cursor node { id durationSeconds } } pageInfo { hasNextPage endCursor } totalCount } }',
  'mutation { updateTaskStatus(input: {id: "a", patch: [{op: REPLACE, path: "/completionStatus", value: "ERROR"}]}) { taskStatus { id state attributes } } }',
];

const any = fc.jsonValue();
const dates = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '2024-05-01T14:00Z',
    '2024-05-01',
    '2024-02-30T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '+275760-09-13T00:00:00.001Z',
    'now',
    1714574212775,
    -1,
    8.64e15 + 1,
    NaN,
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const words = fc.oneof(
  fc.constantFrom(
    'SUCCESS',
    'Success',
    'TEMPERROR',
    'TempError',
    'QUARTZ',
    'APPLICATION',
    'IDENTITY',
    'WARN',
    '__proto__',
    'constructor',
  ),
  fc.string(),
);
const ids = fc.oneof(fc.constantFrom('a', 'A', 'b', 'c', '', '__proto__'), any);
const keys = fc.oneof(
  fc.constantFrom('total', '__proto__', 'constructor', 'toString', 'length'),
  fc.string(),
);
const map = fc.dictionary(keys, any);
/** Of the kind that is documented, or anything else. */
const or = <T>(kind: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ arbitrary: kind, weight: 4 }, any);

const row = fc.record(
  {
    id: ids,
    type: or(words),
    uniqueName: or(fc.string()),
    description: or(fc.string()),
    parentName: or(fc.string()),
    launcher: or(fc.string()),
    target: or(fc.record({ id: ids, type: or(words), name: or(fc.string()) }, { requiredKeys: [] })),
    created: or(dates),
    modified: or(dates),
    launched: or(dates),
    completed: or(dates),
    completionStatus: or(words),
    messages: or(
      fc.array(
        or(
          fc.record(
            {
              type: or(words),
              key: or(fc.string()),
              localizedText: or(fc.record({ locale: any, message: any }, { requiredKeys: [] })),
              parameters: or(fc.array(any)),
            },
            { requiredKeys: [] },
          ),
        ),
        { maxLength: 3 },
      ),
    ),
    returns: or(
      fc.array(or(fc.record({ name: or(keys), attributeName: or(keys) }, { requiredKeys: [] })), {
        maxLength: 3,
      }),
    ),
    attributes: or(map),
    progress: or(fc.string()),
    percentComplete: or(fc.double()),
    taskDefinitionSummary: or(
      fc.record(
        { id: ids, uniqueName: any, description: any, parentName: any, executor: any, arguments: or(map) },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  {
    arbitrary: fc
      .array(fc.oneof({ arbitrary: row, weight: 5 }, any), { maxLength: 6 })
      .map((rows) => JSON.stringify(rows)),
    weight: 6,
  },
  { arbitrary: row.map((one) => JSON.stringify(one)), weight: 3 },
  { arbitrary: any.map((value) => JSON.stringify(value)), weight: 1 },
  {
    arbitrary: fc
      .tuple(fc.array(row, { maxLength: 2 }), fc.nat(200))
      .map(([rows, end]) => JSON.stringify(rows).slice(0, end)),
    weight: 1,
  },
  { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
  {
    arbitrary: fc.constantFrom(
      '',
      '[[[[',
      '[{"id":"a","__proto__":{"id":"b"}}]',
      `[{"id":"a","attributes":${'['.repeat(20_000)}${']'.repeat(20_000)}}]`,
    ),
    weight: 1,
  },
);

const answer = fc.record({
  status: fc.oneof(
    { arbitrary: fc.constant(200), weight: 8 },
    fc.constantFrom(201, 204, 206, 301, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504, 599),
  ),
  body,
  total: fc.constantFrom(undefined, '0', '3', '250', '-1', '1e3', '99999999999999999999', 'x'),
  retryAfter: fc.constantFrom(undefined, '0', '7', '-1', 'soon', 'Wed, 21 Oct 2099 07:28:00 GMT'),
  drop: fc.nat(30).map((n) => n === 0),
});

test('any answer of SailPoint is served if it can be read, and is an error otherwise', async () => {
  const tally = new Tally();
  const count = runs(500);
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...queries),
      fc.nat(1),
      async (answers, query, which) => {
        let index = 0;
        upstream.requests.length = 0;
        upstream.answer = (request, response) => {
          const next = answers[index++ % answers.length];
          if (next === undefined || next.drop) {
            request.socket.destroy();
            return;
          }
          const { status, body: text, total, retryAfter } = next;
          response.writeHead(status, {
            ...(total !== undefined && { 'x-total-count': total }),
            ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
          });
          response.end(status === 204 ? undefined : text);
        };
        const reply = await fetch(`${gateways[which]?.url ?? ''}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        expect(reply.status).toBe(200);
        const { data } = await tally.take(reply);
        expect(data).toEqual(expect.any(Object));
      },
    ),
    { numRuns: count },
  );
  tally.print(`${count} times odd answers`);
});
