import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Gateway } from '../../src/index.js';
import { ask, startGatewayOn } from '../support/pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const RUNS = Number(process.env['CALLER_RUNS'] ?? 400);

let upstream: ScriptedUpstream;
let gateway: Gateway;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGatewayOn(upstream.url, 'v1');
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Similar tokens that differ in case, at the end or in length, and no token. */
const tokens = ['token-of-a', 'token-of-A', 'token-of-a2', 'token-of', undefined];
const ids = ['a', 'b', 'c', 'd'];

const step = fc.record({
  who: fc.nat(tokens.length - 1),
  ids: fc.subarray(ids, { minLength: 1 }),
  list: fc.boolean(),
  /** Turns of the event loop until the next request. Mostly none. */
  turns: fc.constantFrom(0, 0, 0, 1, 3),
});

test('callers who ask in the same moment are never in one call, and each is answered what is its own', async () => {
  let asked = 0;
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 10 }),
      fc.infiniteStream(fc.nat(5)),
      async (steps, delays) => {
        const wanted = new Map<string, Set<string>>();
        upstream.answer = ({ url = '', headers }, response) => {
          calls += 1;
          const mark = headers.authorization ?? 'nobody';
          const { pathname, searchParams } = new URL(url, upstream.url);
          const filter = searchParams.get('filters');
          const named = filter
            ? [...filter.matchAll(/"([^"]*)"/g)].map(([, id]) => id ?? '')
            : pathname.split('/').slice(3);
          const row = (id: string): object => ({ id, launcher: mark });
          // A call without ids is for a list, which has its own row.
          const others = named.filter((id) => !wanted.get(mark)?.has(id));
          const rows = named.length > 0 ? named.map(row) : [row('listed')];
          const body = others.length > 0 ? [] : pathname.endsWith('/v1') ? rows : rows[0];
          setTimeout(() => response.end(JSON.stringify(body)), delays.next().value as number);
        };
        const replies: Promise<void>[] = [];
        for (const { who, ids: looked, list, turns } of steps) {
          asked += 1;
          const authorization = tokens[who] === undefined ? undefined : `Bearer ${tokens[who]}`;
          const mark = authorization ?? 'nobody';
          wanted.set(mark, new Set([...(wanted.get(mark) ?? []), ...looked]));
          const query = `{ ${looked.map((id) => `${id}: taskStatus(id: "${id}") { id launcher }`).join(' ')}
          ${list ? 'l: taskStatuses(limit: 1) { nodes { launcher } }' : ''} }`;
          replies.push(
            ask(gateway.url, query, {}, authorization === undefined ? {} : { authorization }).then(
              ({ data, errors }) => {
                expect(errors).toEqual([]);
                expect(data).toEqual({
                  ...Object.fromEntries(looked.map((id) => [id, { id, launcher: mark }])),
                  ...(list && { l: { nodes: [{ launcher: mark }] } }),
                });
              },
            ),
          );
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        }
        await Promise.all(replies);
      },
    ),
    { numRuns: RUNS },
  );
  process.stdout.write(`${RUNS} interleavings of ${asked} requests, by ${calls} calls\n`);
  expect(calls).toBeLessThan(2 * asked);
});
