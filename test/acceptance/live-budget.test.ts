import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Live, type EventStream, type LiveEvent } from '../support/event-stream.js';
import { ask } from '../support/pair.js';

const LIMIT = '100/10s';
const PRINCIPALS = 100;
/** Forty in ten seconds: two fifths of the limit. */
const LOOKUP_EVERY_MS = 250;
const JOIN_EVERY_MS = 500;
const ENDED_TASKS = 50;

/** An event, with its time and the number of principals that watched by then. Epoch milliseconds. */
interface Seen {
  readonly at: number;
  readonly asOf: number;
  readonly stale: boolean;
  readonly principals: number;
}

const live = new Live({ settings: { rateLimit: LIMIT }, environment: { SAIL_RATE_LIMIT: LIMIT } });
const tokenOf = (marker: string): string =>
  `Bearer ${live.sandbox.token({ marker, expiresInSeconds: 86_400 })}`;

const streams: EventStream[] = [];
/** Events by principal. */
const seen: Seen[][] = [];
let lookups = 0;
/** Errors of lookups and of streams, and calls that the upstream refused. */
const failures: unknown[] = [];

/** Looks tasks up for some time, as one user does, while the watched task makes progress. Returns how long each took. */
async function use(authorization: string, ms: number): Promise<number[]> {
  const waits: number[] = [];
  for (let passed = 0; passed < ms; passed += LOOKUP_EVERY_MS) {
    const began = live.clock.now();
    const variables = { id: `ended ${lookups++ % ENDED_TASKS}` };
    const query = 'query ($id: ID!) { taskStatus(id: $id) { id } }';
    void ask(live.gateway.url, query, variables, { authorization }).then(({ errors }) => {
      waits.push(live.clock.now() - began);
      failures.push(...errors);
    });
    if (passed % 2_000 === 0) live.sandbox.progress('running', { progress: `${began}` });
    await live.pass(LOOKUP_EVERY_MS);
    for (const { operation, status } of live.sandbox.calls.splice(0))
      if (status !== 200) failures.push(`${operation} ${status}`);
    for (const [index, stream] of streams.entries())
      while (stream.waiting > 0) note(index, await stream.next());
  }
  return waits;
}

function note(index: number, event: LiveEvent | undefined): void {
  const { asOf, stale } = event?.data?.taskStatusChanged ?? {};
  failures.push(...(event?.errors ?? []));
  seen[index]?.push({
    at: live.clock.now(),
    asOf: Date.parse(String(asOf)),
    stale: stale === true,
    principals: streams.length,
  });
}

const p95 = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.ceil(numbers.length * 0.95) - 1] ?? NaN;

describe('beside 100 principals that watch,', () => {
  let before: number[];
  let during: number[];
  let steady: number;
  beforeAll(async () => {
    await live.start();
    live.sandbox.insert({ id: 'running' });
    for (let index = 0; index < ENDED_TASKS; index++)
      live.sandbox.insert({ id: `ended ${index}`, completionStatus: 'SUCCESS' });
    const user = tokenOf('user');
    before = await use(user, 30_000);
    for (let index = 0; index < PRINCIPALS; index++) {
      seen.push([]);
      streams.push(await live.open({}, { headers: { authorization: tokenOf(`viewer ${index}`) } }));
      await use(user, JOIN_EVERY_MS);
    }
    await use(user, 10_000);
    steady = live.clock.now();
    during = await use(user, 240_000);
  });
  afterAll(() => live.stop());

  test('no call is refused, no lookup fails, and no stream ends', () => {
    expect(failures).toEqual([]);
  });

  test('p95 of lookups at two fifths of the limit is what it is without viewers', () => {
    expect([before.length, during.length]).toEqual([120, 960]);
    expect(p95(during)).toBeLessThanOrEqual(p95(before) * 1.1);
  });

  test('polls take turns: in four minutes nobody sees three changes more than another', () => {
    const changes = seen.map((events) => events.filter(({ at, stale }) => at > steady && !stale).length);
    expect(Math.min(...changes)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...changes) - Math.min(...changes)).toBeLessThanOrEqual(2);
  });

  test('a view is stale after three of its present intervals, and at least 30 s', () => {
    for (const events of seen)
      for (const [index, { at, asOf, stale, principals }] of events.entries()) {
        // Polls may take half of the limit. The one before this took one call, or two with the newest page.
        const intervalMs = Math.max(2_000, (principals * 10_000) / 50);
        if (stale) expect(at - asOf).toBeGreaterThanOrEqual(Math.max(30_000, 3 * intervalMs));
        // Every poll brings an event, because the task always makes progress.
        else if (asOf > steady) {
          const next = events[index + 1]?.at ?? live.clock.now();
          expect(next - asOf).toBeLessThanOrEqual(2 * 3 * intervalMs + 1_000);
        }
      }
  });
});
