import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCallScope } from '../../src/upstream/call-scope.js';
import { createRateLimiter } from '../../src/upstream/rate-limiter.js';
import type { UpstreamResponse } from '../../src/upstream/transport.js';
import { withRateLimit } from '../../src/upstream/with-rate-limit.js';
import { UpstreamError, type UpstreamErrorDetails } from '../../src/upstream/upstream-error.js';
import { as, principal } from '../support/callers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const ok: UpstreamResponse = { status: 200, body: [], totalCount: null };
const statusOf = (status: number, more: object = {}): UpstreamErrorDetails => ({
  failure: 'status',
  status,
  ...more,
});

/** Returns a token that names an OAuth client, as anyone can forge one. */
const tokenOf = (clientId: string, name = ''): string =>
  `Bearer e30.${Buffer.from(JSON.stringify({ client_id: clientId, name })).toString('base64url')}.x`;

/** An upstream with a rate limiter in front of it. Records when each call arrived, and with which token. */
class Paced {
  readonly clock = new VirtualClock();
  readonly start = this.clock.now();
  readonly arrivals: { readonly token: string; readonly at: number }[] = [];
  readonly outcomes: unknown[] = [];
  latencyMs = 0;
  down = false;
  answer: (token: string) => UpstreamErrorDetails | undefined = () => undefined;
  readonly #limiter;
  readonly #send;

  constructor(calls: number, windowMs = 10_000) {
    this.#limiter = createRateLimiter({ calls, windowMs }, this.clock);
    this.#send = withRateLimit(
      async ({ principal: { authorization: token = '' }, scope }) => {
        const { latencyMs, clock } = this;
        this.arrivals.push({ token, at: clock.now() - this.start });
        const failure = this.answer(token);
        if (latencyMs > 0)
          await new Promise<void>((resolve) => {
            clock.after(latencyMs, resolve);
            scope.onAbort(resolve);
          });
        if (failure) throw new UpstreamError(failure);
        return ok;
      },
      this.#limiter,
      () => this.down,
    );
  }

  /** Sends a call. Its outcome is `ok`, or why and when it failed. */
  async send(token?: string, waitMs = 15_000, isBackground = false): Promise<unknown> {
    const scope = createCallScope(this.clock.now() + waitMs, this.clock);
    const outcome = await this.#send({ method: 'GET', path: '/', ...as(token, scope), isBackground }).then(
      () => 'ok',
      (error: unknown) => ({
        ...(error as UpstreamError).details,
        at: this.clock.now() - this.start,
      }),
    );
    scope.abort();
    this.outcomes.push(outcome);
    return outcome;
  }

  /** Returns the free places of a token's OAuth client. */
  free(token: string): number {
    return this.#limiter.places(principal(token)).free;
  }

  /** Makes the upstream accept tokens, so that their calls can be in flight together. */
  async introduce(...tokens: string[]): Promise<void> {
    const { answer } = this;
    const { latencyMs } = this;
    this.answer = () => statusOf(403);
    this.latencyMs = 0;
    for (const token of tokens) await this.send(token);
    this.answer = answer;
    this.latencyMs = latencyMs;
    this.arrivals.length = 0;
    this.outcomes.length = 0;
  }

  get times(): number[] {
    return this.arrivals.map(({ at }) => at);
  }
}

const many = (count: number, send: () => unknown): void => {
  for (let index = 0; index < count; index++) send();
};

describe('calls of one client', () => {
  test('go at once while the limit allows, and then wait for their turn', async () => {
    const paced = new Paced(3);
    many(5, () => paced.send('me'));
    await paced.clock.advance(0);
    expect(paced.times).toEqual([0, 0, 0]);
    await paced.clock.advance(9_999);
    expect(paced.times).toHaveLength(3);
    await paced.clock.advance(1);
    expect(paced.times).toEqual([0, 0, 0, 10_000, 10_000]);
    expect(paced.outcomes).toEqual(Array(5).fill('ok'));
  });

  test('that can’t have their turn in time are told at once when to come back', async () => {
    const paced = new Paced(2);
    many(6, () => paced.send('me'));
    await paced.clock.advance(0);
    expect(paced.outcomes).toEqual([
      ...Array(2).fill({ failure: 'rate_limited', retryAfterSeconds: 20, at: 0 }),
      'ok',
      'ok',
    ]);
    await paced.clock.advance(10_000);
    expect(paced.outcomes.slice(4)).toEqual(['ok', 'ok']);
  });

  test('that others with the same client overtook are told before their deadline', async () => {
    const paced = new Paced(2);
    const [a, b] = [tokenOf('c', 'a'), tokenOf('c', 'b')];
    await paced.introduce(a, b);
    await paced.clock.advance(5_000);
    many(2, () => paced.send(a, 8_000));
    await paced.clock.advance(1);
    many(1, () => paced.send(b, 8_000));
    await paced.clock.advance(60_000);
    expect(paced.outcomes).toEqual([
      'ok',
      'ok',
      { failure: 'rate_limited', retryAfterSeconds: expect.any(Number), at: expect.any(Number) },
    ]);
  });

  test('count until a window after their end, since the upstream may have seen them that late', async () => {
    const paced = new Paced(1);
    paced.latencyMs = 700;
    many(2, () => paced.send('me'));
    await paced.clock.advance(60_000);
    expect(paced.times).toEqual([0, 10_700]);
  });

  test('that nobody waits for any longer leave their place in the queue', async () => {
    const paced = new Paced(1);
    many(1, () => paced.send('me'));
    await paced.clock.advance(0);
    many(1, () => paced.send('me', 12_000));
    many(1, () => paced.send('me', 25_000));
    await paced.clock.advance(60_000);
    expect(paced.times).toEqual([0, 10_000, 20_000]);
  });

  test('never exceed the limit in any window, and nothing is left of them afterwards', async () => {
    const step = fc.record({
      afterMs: fc.nat(900),
      token: fc.constantFrom(undefined, 'x', tokenOf('c', 'a'), tokenOf('c', 'b'), tokenOf('d')),
      waitMs: fc.integer({ min: 1, max: 4_000 }),
      latencyMs: fc.nat(400),
      isBackground: fc.boolean(),
      failure: fc.option(fc.constantFrom(statusOf(403), statusOf(404), statusOf(500)), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 40 }),
        async (calls, steps) => {
          const paced = new Paced(calls, 1_000);
          for (const { afterMs, token, waitMs, latencyMs, isBackground, failure } of steps) {
            await paced.clock.advance(afterMs);
            paced.latencyMs = latencyMs;
            paced.answer = () => failure;
            void paced.send(token, waitMs, isBackground);
          }
          await paced.clock.advance(10_000);
          expect(paced.outcomes).toHaveLength(steps.length);
          for (const client of [[''], ['x'], [tokenOf('c', 'a'), tokenOf('c', 'b')], [tokenOf('d')]]) {
            const times = paced.arrivals.filter(({ token }) => client.includes(token)).map(({ at }) => at);
            times.slice(calls).forEach((at, index) => {
              expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
            });
          }
          expect(paced.clock.timers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('fairness', () => {
  const [a, b] = [tokenOf('c', 'a'), tokenOf('c', 'b')];

  test('the tokens of one OAuth client take turns, however many calls each has waiting', async () => {
    const paced = new Paced(2, 1_000);
    await paced.introduce(a, b);
    many(6, () => paced.send(a));
    many(2, () => paced.send(b));
    await paced.clock.advance(10_000);
    expect(paced.outcomes).toEqual(Array(8).fill('ok'));
    expect(
      paced.arrivals
        .map(({ token }) => token)
        .slice(0, 4)
        .sort(),
    ).toEqual([a, a, b, b].sort());
  });

  test('clients don’t wait for each other', async () => {
    const paced = new Paced(1);
    many(3, () => paced.send(tokenOf('c')));
    await paced.clock.advance(100);
    many(1, () => paced.send(tokenOf('d')));
    await paced.clock.advance(0);
    expect(paced.times).toEqual([0, 100]);
  });
});

describe('a token that the upstream has not accepted', () => {
  test.each([
    ['a 2xx', undefined, 6],
    ['a 403', statusOf(403), 6],
    ['a 404', statusOf(404), 6],
    ['a 500', statusOf(500), 2],
    ['no answer in time', { failure: 'timeout' as const }, 2],
  ])('has one call in flight at a time, until one was answered by %s', async (_, failure, inFlight) => {
    const paced = new Paced(10);
    paced.latencyMs = 100;
    paced.answer = () => failure;
    many(6, () => paced.send('me'));
    await paced.clock.advance(99);
    expect(paced.times).toEqual([0]);
    await paced.clock.advance(1);
    expect(paced.times).toHaveLength(inFlight);
  });

  test('can’t use up the budget of the client that it names', async () => {
    const paced = new Paced(4);
    const mine = tokenOf('c', 'mine');
    await paced.introduce(mine);
    paced.latencyMs = 10;
    paced.answer = (token) => (token === mine ? undefined : statusOf(401));
    for (let index = 0; index < 200; index++) void paced.send(tokenOf('c', `forged ${index}`));
    await paced.clock.advance(15);
    many(3, () => paced.send(mine));
    await paced.clock.advance(100);
    expect(paced.arrivals.filter(({ token }) => token === mine)).toHaveLength(3);
    expect(paced.arrivals.length).toBeGreaterThan(5);
  });

  test('is forgotten with its client, a window after the last call', async () => {
    const paced = new Paced(10);
    await paced.introduce('me');
    paced.latencyMs = 100;
    await paced.clock.advance(9_000);
    many(2, () => paced.send('me'));
    await paced.clock.advance(10_099);
    many(2, () => paced.send('me'));
    await paced.clock.advance(10_100);
    many(2, () => paced.send('me'));
    await paced.clock.advance(50);
    expect(paced.arrivals).toHaveLength(5);
  });

  test('that it refused is unverified again', async () => {
    const paced = new Paced(10);
    await paced.introduce('me');
    paced.answer = () => statusOf(401);
    await paced.send('me');
    paced.latencyMs = 100;
    many(3, () => paced.send('me'));
    await paced.clock.advance(50);
    expect(paced.arrivals).toHaveLength(2);
  });
});

describe('a 429', () => {
  test('holds up the calls of its client for as long as it says', async () => {
    const paced = new Paced(10);
    await paced.introduce('me', 'you');
    paced.answer = () => statusOf(429, { retryAfterSeconds: 7 });
    await paced.send('me');
    paced.answer = () => undefined;
    many(2, () => paced.send('me'));
    many(1, () => paced.send('you'));
    await paced.clock.advance(6_999);
    expect(paced.times).toEqual([0, 0]);
    await paced.clock.advance(1);
    expect(paced.times).toEqual([0, 0, 7_000, 7_000]);
  });

  test.each([
    ['no time', 1_000, undefined],
    ['an hour', 10_000, 3_600],
  ])('that says to wait for %s holds its client up for %i ms', async (_, ms, retryAfterSeconds) => {
    const paced = new Paced(10);
    paced.answer = () => statusOf(429, { retryAfterSeconds });
    await paced.send('me');
    paced.answer = () => undefined;
    many(1, () => paced.send('me'));
    await paced.clock.advance(30_000);
    expect(paced.times).toEqual([0, ms]);
  });

  test('has those told when to come back who can’t wait', async () => {
    const paced = new Paced(10);
    paced.answer = () => statusOf(429, { retryAfterSeconds: 7 });
    await paced.send('me');
    expect(await paced.send('me', 5_000)).toEqual({ failure: 'rate_limited', retryAfterSeconds: 7, at: 0 });
  });
});

test.each([
  ['a refused token', statusOf(401)],
  ['a refused connection', { failure: 'connection' as const, sent: false }],
  ['an open circuit', { failure: 'circuit_open' as const }],
  ['too many calls', { failure: 'queue_full' as const }],
])('what ended with %s did not count', async (_, failure) => {
  const paced = new Paced(1);
  paced.answer = () => failure;
  await paced.send('me');
  paced.answer = () => undefined;
  expect(await paced.send('me')).toBe('ok');
  expect(paced.times).toEqual([0, 0]);
});

test.each([
  ['a dropped connection', { failure: 'connection' as const, sent: true }],
  ['a timeout', { failure: 'timeout' as const }],
  ['a 500', statusOf(500)],
])('what ended with %s did', async (_, failure) => {
  const paced = new Paced(1);
  paced.answer = () => failure;
  await paced.send('me');
  many(1, () => paced.send('me'));
  await paced.clock.advance(10_000);
  expect(paced.times).toEqual([0, 10_000]);
});

test('nothing waits for its turn while the upstream is down', async () => {
  const paced = new Paced(1);
  await paced.send('me');
  paced.down = true;
  expect(await paced.send('me')).toEqual({ failure: 'circuit_open', at: 0 });
  await paced.clock.advance(10_000);
  expect(await paced.send('me')).toBe('ok');
});

test.each([
  ['', 'no token'],
  ['Basic dTpw', 'another scheme'],
  ['Bearer opaque', 'no JWT'],
  ['Bearer e30.!!!.x', 'no base64'],
  ['Bearer e30.bnVsbA.x', 'null'],
  [tokenOf(''), 'an empty client id'],
  ['Bearer e30.eyJjbGllbnRfaWQiOjd9.x', 'a client id that is no text'],
])('the token %j (%s) has a budget of its own', async (token) => {
  const paced = new Paced(1);
  await paced.send('other');
  expect(await paced.send(token)).toBe('ok');
  expect(paced.times).toEqual([0, 0]);
});

test('the free places of an OAuth client are those that its calls don’t take, in flight or counted', async () => {
  const paced = new Paced(4);
  paced.latencyMs = 1_000;
  await paced.introduce('me');
  expect([paced.free('me'), paced.free('you')]).toEqual([3, 4]);
  many(2, () => paced.send('me'));
  expect(paced.free('me')).toBe(1);
  await paced.clock.advance(10_000);
  expect(paced.free('me')).toBe(2);
  await paced.clock.advance(1_000);
  expect(paced.free('me')).toBe(4);
});

describe('background calls', () => {
  /** Starts calls whose places are taken for a whole window. Returns when each started, in seconds. */
  function limited(calls: number): {
    clock: VirtualClock;
    call: (name: string, isBackground: boolean, waitMs?: number) => void;
    started: string[];
    places: () => number;
  } {
    const clock = new VirtualClock();
    const begin = clock.now();
    const limiter = createRateLimiter({ calls, windowMs: 10_000 }, clock);
    const started: string[] = [];
    return {
      clock,
      started,
      places: () => limiter.places(principal(tokenOf('one'))).free,
      call(name, isBackground, waitMs = 60_000) {
        const who = principal(tokenOf('one', name));
        void limiter.acquire(who, createCallScope(clock.now() + waitMs, clock), isBackground).then(
          () => {
            started.push(`${name} ${(clock.now() - begin) / 1000}`);
            limiter.release(who, 'accepted', true, isBackground);
          },
          (error: unknown) => started.push(`${name} ${(error as UpstreamError).details.failure}`),
        );
      },
    };
  }

  test('take no more than half of the places, and one in twenty beyond', async () => {
    const { clock, call, started } = limited(40);
    for (let index = 0; index < 40; index++) call(`b${index}`, true);
    await clock.advance(9_999);
    expect(started).toHaveLength(20 + 2);
    await clock.advance(30_000);
    expect(started).toHaveLength(40);
  });

  test('get their reserved place of each window while others wait', async () => {
    const { clock, call, started } = limited(10);
    for (let index = 0; index < 60; index++) call('f', false);
    for (let index = 0; index < 3; index++) call('b', true);
    await clock.advance(35_000);
    expect(started.filter((each) => each.startsWith('b'))).toEqual(['b 0', 'b 10', 'b 20']);
    expect(started.filter((each) => each.startsWith('f'))).toHaveLength(9 + 9 + 9 + 10);
  });

  test('and others both start under a limit of one call', async () => {
    const { clock, call, started } = limited(1);
    for (let index = 0; index < 5; index++) {
      call('f', false, 300_000);
      call('b', true, 300_000);
    }
    await clock.advance(95_000);
    expect(
      started
        .map((each) => each[0])
        .sort()
        .join(''),
    ).toBe('b'.repeat(5) + 'f'.repeat(5));
  });

  test('share their places in turn by principal', async () => {
    const { clock, call, started } = limited(10);
    for (let index = 0; index < 10; index++) call('f', false);
    await clock.advance(0);
    for (const name of ['b', 'b', 'c', 'd']) call(name, true);
    await clock.advance(45_000);
    expect(started.slice(10).map((each) => each[0])).toEqual(['b', 'c', 'd', 'b']);
  });

  test('that wait hold up no other call when a pause ends', async () => {
    const clock = new VirtualClock();
    const begin = clock.now();
    const limiter = createRateLimiter({ calls: 4, windowMs: 10_000 }, clock);
    const [one, two] = [principal(tokenOf('c', 'one')), principal(tokenOf('c', 'two'))];
    const acquire = (isBackground: boolean, who = one): Promise<number> =>
      limiter
        .acquire(who, createCallScope(clock.now() + 60_000, clock), isBackground)
        .then(() => clock.now() - begin);
    await acquire(true);
    limiter.release(one, 'accepted', true, true);
    limiter.pauseFor(one, 1_000);
    const background = acquire(true, two);
    const foreground = acquire(false);
    await clock.advance(30_000);
    expect([await foreground, await background]).toEqual([1_000, 1_000]);
  });

  test('give up at their deadline, and are not counted against the batching of lookups', async () => {
    const { clock, call, started, places } = limited(10);
    for (let index = 0; index < 5; index++) call(`b${index}`, true);
    await clock.advance(0);
    expect(places()).toBe(10);
    call('late', true, 5_000);
    call('later', true, 5_000);
    await clock.advance(5_000);
    expect(started.slice(5)).toEqual(['late 0', 'later rate_limited']);
  });
});
