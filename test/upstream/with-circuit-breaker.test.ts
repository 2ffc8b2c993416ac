import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  createCircuit,
  withCircuitBreaker,
  type CircuitName,
} from '../../src/upstream/with-circuit-breaker.js';
import type { CallScope } from '../../src/upstream/call-scope.js';
import type { UpstreamResponse } from '../../src/upstream/transport.js';
import { UpstreamError, type UpstreamErrorDetails } from '../../src/upstream/upstream-error.js';
import { as, endless } from '../support/callers.js';
import { settle } from '../support/virtual-clock.js';

const ok: UpstreamResponse = { status: 200, body: [], totalCount: null };
const outage: UpstreamErrorDetails = { failure: 'connection' };
const refusal: UpstreamErrorDetails = { failure: 'status', status: 404 };

let now: number;
beforeEach(() => {
  now = Date.parse('2026-06-01T12:00:00.000Z');
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** An upstream with a circuit breaker in front of it. */
class Guarded {
  readonly changes: CircuitName[] = [];
  sent = 0;
  inFlight = 0;
  mostInFlight = 0;
  answer: () => Promise<UpstreamResponse> = () => Promise.resolve(ok);
  readonly #circuit = createCircuit((state) => this.changes.push(state));
  readonly #send;

  constructor(concurrency = 50) {
    this.#send = withCircuitBreaker(
      async () => {
        this.sent += 1;
        this.inFlight += 1;
        this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
        return this.answer().finally(() => (this.inFlight -= 1));
      },
      this.#circuit,
      concurrency,
    );
  }

  get circuit(): CircuitName {
    return this.#circuit.state();
  }

  /** Resolves with `ok`, or with how the call failed. */
  send(scope: CallScope = endless): Promise<unknown> {
    return this.#send({ method: 'GET', path: '/', ...as(undefined, scope) }).then(
      () => 'ok',
      (error: unknown) => (error as UpstreamError).details.failure,
    );
  }

  async fail(count: number, details: UpstreamErrorDetails = outage): Promise<void> {
    this.answer = () => Promise.reject(new UpstreamError(details));
    for (let index = 0; index < count; index++) await this.send();
    this.answer = () => Promise.resolve(ok);
  }

  async succeed(count: number): Promise<void> {
    for (let index = 0; index < count; index++) expect(await this.send()).toBe('ok');
  }

  /** Leaves calls in flight. Returns a function that ends them. */
  hang(count: number): (details?: UpstreamErrorDetails) => Promise<void> {
    const ends: ((details?: UpstreamErrorDetails) => void)[] = [];
    this.answer = () =>
      new Promise((resolve, reject) =>
        ends.push((details) => {
          if (details) reject(new UpstreamError(details));
          else resolve(ok);
        }),
      );
    for (let index = 0; index < count; index++) void this.send();
    this.answer = () => Promise.resolve(ok);
    return async (details) => {
      for (const end of ends) end(details);
      await settle();
    };
  }
}

describe('the circuit', () => {
  test.each<UpstreamErrorDetails>([
    outage,
    { failure: 'timeout' },
    { failure: 'status', status: 500 },
    { failure: 'status', status: 504 },
  ])('opens when half of 20 calls fail by %j', async (details) => {
    const upstream = new Guarded();
    await upstream.succeed(10);
    await upstream.fail(9, details);
    expect(upstream.circuit).toBe('closed');
    await upstream.fail(1, details);
    expect(upstream.circuit).toBe('open');
    expect(upstream.changes).toEqual(['open']);
  });

  test.each<UpstreamErrorDetails>([
    refusal,
    { failure: 'status', status: 401 },
    { failure: 'status', status: 429 },
    { failure: 'bad_response', status: 200 },
  ])('takes %j for a success', async (details) => {
    const upstream = new Guarded();
    await upstream.fail(100, details);
    expect(upstream.circuit).toBe('closed');
    await upstream.fail(90);
    expect(upstream.circuit).toBe('closed');
  });

  test('doesn’t count calls that nobody waited for', async () => {
    const upstream = new Guarded();
    await upstream.fail(100, { failure: 'cancelled' });
    await upstream.fail(19);
    expect(upstream.circuit).toBe('closed');
    await upstream.fail(1);
    expect(upstream.circuit).toBe('open');
  });

  test('doesn’t open for fewer than half of the calls, nor for what failed longer ago than 10 seconds', async () => {
    const upstream = new Guarded();
    await upstream.succeed(100);
    await upstream.fail(90);
    expect(upstream.circuit).toBe('closed');
    now += 3_600_000;
    await upstream.fail(19);
    expect(upstream.circuit).toBe('closed');
    now += 10_000;
    await upstream.fail(19);
    expect(upstream.circuit).toBe('closed');
  });

  test('once open has calls fail without being sent, except one every half second', async () => {
    const upstream = new Guarded();
    await upstream.fail(20);
    now += 499;
    expect(await upstream.send()).toBe('circuit_open');
    now += 1;
    await upstream.fail(3);
    expect(upstream.sent).toBe(21);
    now += 500;
    await upstream.succeed(5);
    expect(upstream.changes).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
    await upstream.fail(4);
    expect(upstream.circuit).toBe('closed');
  });

  test('is closed by a refusal too, since it comes from an upstream that is well', async () => {
    const upstream = new Guarded();
    await upstream.fail(20);
    now += 500;
    await upstream.fail(1, refusal);
    expect(upstream.circuit).toBe('closed');
  });

  test('stays open where nobody waited for the probe', async () => {
    const upstream = new Guarded();
    await upstream.fail(20);
    now += 500;
    await upstream.fail(1, { failure: 'cancelled' });
    expect(upstream.circuit).toBe('open');
  });

  test('has nothing wait for the probe', async () => {
    const upstream = new Guarded();
    await upstream.fail(20);
    now += 500;
    const end = upstream.hang(1);
    expect(upstream.circuit).toBe('half-open');
    expect(await upstream.send()).toBe('circuit_open');
    await end();
    expect(await upstream.send()).toBe('ok');
  });
});

describe('of many calls', () => {
  test('at most that many are in flight at a time, and all have their turn', async () => {
    const upstream = new Guarded(3);
    upstream.answer = async () => {
      await settle();
      return ok;
    };
    expect(await Promise.all(Array.from({ length: 20 }, () => upstream.send()))).toEqual(
      Array(20).fill('ok'),
    );
    expect([upstream.sent, upstream.mostInFlight]).toEqual([20, 3]);
  });

  test('those beyond ten thousand that wait are refused', async () => {
    const upstream = new Guarded(1);
    const end = upstream.hang(10_001);
    expect(await upstream.send()).toBe('queue_full');
    await end();
  });
});
