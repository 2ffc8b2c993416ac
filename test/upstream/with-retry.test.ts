import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createCallScope } from '../../src/upstream/call-scope.js';
import { retryDelayMs } from '../../src/upstream/retry.policy.js';
import { withRetry } from '../../src/upstream/with-retry.js';
import type { UpstreamClient, UpstreamRequest } from '../../src/upstream/transport.js';
import { UpstreamError, type UpstreamErrorDetails } from '../../src/upstream/upstream-error.js';
import { as } from '../support/callers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const ok = { status: 200, body: [], totalCount: null };
const passing: UpstreamErrorDetails[] = [
  { failure: 'connection' },
  ...[429, 502, 503, 504].map((status) => ({ failure: 'status' as const, status })),
];
const lasting: UpstreamErrorDetails[] = [
  { failure: 'timeout' },
  { failure: 'cancelled' },
  { failure: 'rate_limited' },
  { failure: 'circuit_open' },
  { failure: 'queue_full' },
  { failure: 'bad_response', status: 200 },
  ...[302, 400, 401, 403, 404, 501, 505].map((status) => ({ failure: 'status' as const, status })),
];

/** Sends a call to an upstream that fails in these ways, one after the other, and then answers. */
async function send(
  failures: readonly UpstreamErrorDetails[],
  {
    method = 'GET',
    random = 0,
    deadlineMs = 15_000,
  }: { method?: string; random?: number; deadlineMs?: number } = {},
): Promise<{ tries: number; outcome: unknown; tookMs: number }> {
  const clock = new VirtualClock();
  const start = clock.now();
  const left = [...failures];
  const upstream = jest.fn<UpstreamClient>(() => {
    const failure = left.shift();
    return failure ? Promise.reject(new UpstreamError(failure)) : Promise.resolve(ok);
  });
  const scope = createCallScope(start + deadlineMs, clock);
  const request = { method, path: '/', ...as(undefined, scope) } as UpstreamRequest;
  let tookMs = 0;
  const call = withRetry(
    upstream,
    clock,
    () => random,
  )(request)
    .catch((error: unknown) => error)
    .finally(() => (tookMs = clock.now() - start));
  await clock.advance(60_000);
  return { outcome: await call, tries: upstream.mock.calls.length, tookMs };
}

describe('a read', () => {
  test.each(passing)('that fails by %j is sent again, three times in all', async (failure) => {
    expect(await send([failure])).toMatchObject({ tries: 2, outcome: ok });
    expect(await send([failure, failure], { method: 'HEAD' })).toMatchObject({ tries: 3, outcome: ok });
    expect(await send(Array(9).fill(failure))).toMatchObject({ tries: 3, outcome: { details: failure } });
  });

  test('that fails by a 500 is sent again once', async () => {
    const failure = { failure: 'status' as const, status: 500 };
    expect(await send([failure])).toMatchObject({ tries: 2, outcome: ok });
    expect(await send(Array(9).fill(failure))).toMatchObject({ tries: 2, outcome: { details: failure } });
    expect(await send([failure], { method: 'PATCH' })).toMatchObject({ tries: 1 });
  });

  test.each(lasting)('that fails by %j is not sent again', async (failure) => {
    expect(await send([failure])).toMatchObject({ tries: 1, outcome: { details: failure } });
  });

  test('is retried after a random time, up to twice as long each time', () => {
    const drawn = (tries: number): unknown[] =>
      [0, 0.5, 1].map((random) => retryDelayMs({ failure: 'connection' }, tries, () => random));
    expect(drawn(1)).toEqual([0, 125, 250]);
    expect(drawn(2)).toEqual([0, 250, 500]);
  });

  const late = (retryAfterSeconds: number): UpstreamErrorDetails => ({
    failure: 'status',
    status: 429,
    retryAfterSeconds,
  });

  test('waits for as long as the upstream says', async () => {
    expect(await send([late(7)])).toMatchObject({ tries: 2, tookMs: 7_000, outcome: ok });
    expect(await send([late(7)], { random: 1 })).toMatchObject({ tries: 2, tookMs: 7_250 });
  });

  test('is answered at once where that would be too long', async () => {
    expect(await send([late(3_600)])).toMatchObject({
      tries: 1,
      tookMs: 0,
      outcome: { details: late(3_600) },
    });
    expect(await send([late(7)], { deadlineMs: 7_000 })).toMatchObject({ tries: 1, tookMs: 0 });
  });

  test('never waits beyond its deadline', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 20_000 }),
        async (seconds, random, deadlineMs) => {
          const { tookMs } = await send(seconds.map(late), { random, deadlineMs });
          expect(tookMs).toBeLessThanOrEqual(deadlineMs);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test.each(['PATCH', 'POST', 'PUT', 'DELETE'])('a %s is sent once and never again', async (method) => {
  for (const failure of [...passing, ...lasting])
    expect(await send([failure], { method })).toMatchObject({ tries: 1, outcome: { details: failure } });
});

test('of calls that all fail, a fifth is sent again, and ten more', async () => {
  const clock = new VirtualClock();
  const upstream = jest.fn<UpstreamClient>(() =>
    Promise.reject(new UpstreamError({ failure: 'connection' })),
  );
  const client = withRetry(upstream, clock, () => 0);
  const calls = Array.from({ length: 1_000 }, () => {
    const scope = createCallScope(clock.now() + 1_000, clock);
    return client({ method: 'GET', path: '/', ...as(undefined, scope) }).catch(() => undefined);
  });
  await clock.advance(1_000);
  await Promise.all(calls);
  expect(upstream.mock.calls.length).toBeGreaterThan(1_000);
  expect(upstream.mock.calls.length).toBeLessThanOrEqual(1_000 * 1.2 + 10);
});

test('a call that nobody waits for any longer is not sent', async () => {
  const clock = new VirtualClock();
  const upstream = jest.fn<UpstreamClient>(() =>
    Promise.reject(new UpstreamError({ failure: 'connection' })),
  );
  const scope = createCallScope(clock.now() + 1_000, clock);
  const call = withRetry(
    upstream,
    clock,
    () => 1,
  )({
    method: 'GET',
    path: '/',
    ...as(undefined, scope),
  }).catch(() => undefined);
  await clock.advance(100);
  scope.abort();
  await call;
  await clock.advance(5_000);
  expect(upstream).toHaveBeenCalledTimes(1);
});
