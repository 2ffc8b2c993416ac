import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Live, within } from '../support/event-stream.js';
import { startGatewayOn } from '../support/pair.js';
import { accessToken } from './access-token.js';

/** What a client is told. */
interface Sink {
  /** Takes the data of an event. */
  next(data: any): void;
  /** Takes the extensions of an error. */
  error(extensions: unknown): void;
  complete(): void;
}

/** Has a client subscribe to `Progress`. Returns a function that unsubscribes. */
export type Subscribe = (url: string, token: string, variables: object, sink: Sink) => () => void;

/** The subscription that all clients send. Relay sends null for a variable without a default, and `filter` takes none. */
export const PROGRESS = `subscription Progress($ids: [ID!], $filter: TaskStatusFilterInput = {}) {
  taskStatusChanged(ids: $ids, filter: $filter) { changed { id state percentComplete } gone stale }
}`;

/** Collects what a client is told. */
class Told implements Sink {
  readonly rows: string[] = [];
  readonly errors: unknown[] = [];
  isComplete = false;
  private readonly changes = new EventEmitter();

  next({ taskStatusChanged: { changed } }: any): void {
    for (const { id, state, percentComplete } of changed) this.rows.push(`${id} ${state} ${percentComplete}`);
    this.changes.emit('change');
  }

  error(extensions: unknown): void {
    this.errors.push(extensions);
    this.changes.emit('change');
  }

  complete(): void {
    this.isComplete = true;
    this.changes.emit('change');
  }

  async until(holds: (told: this) => boolean): Promise<void> {
    while (!holds(this))
      await within(new Promise((resolve) => this.changes.once('change', resolve)), String(holds));
  }
}

/** Declares what must hold for a client that subscribes through the front door. */
export function testSubscriptionsOf(client: string, subscribe: Subscribe): void {
  describe(`${client} as a subscriber`, () => {
    const live = new Live({ version: 'v2025' });
    const leavers: (() => void)[] = [];
    let token: string;
    beforeAll(async () => {
      await live.start();
      token = await accessToken(live);
    });
    // A stream that is left open would keep its gateway from stopping.
    afterEach(() => {
      for (const leave of leavers.splice(0)) leave();
    });
    afterAll(() => live.stop());

    const watch = (variables: object, origin = live.gateway.url): [Told, () => void] => {
      const told = new Told();
      const leave = subscribe(`${origin}/graphql`, token, variables, told);
      leavers.push(leave);
      return [told, leave];
    };

    test('is shown a task’s present state, its progress and its end, and completes by itself', async () => {
      const task = live.sandbox.insert({ id: 'ends', percentComplete: 10 });
      const [told] = watch({ ids: ['ends'] });
      await told.until(({ rows }) => rows.length === 1);
      live.sandbox.insert({ ...task, percentComplete: 50 });
      await live.pass(2000);
      await told.until(({ rows }) => rows.length === 2);
      live.sandbox.complete('ends');
      await live.pass(2000);
      await told.until(({ isComplete }) => isComplete);
      expect(told.rows).toEqual(['ends RUNNING 10', 'ends RUNNING 50', 'ends SUCCEEDED 100']);
      expect(told.errors).toEqual([]);
    });

    test('costs no call any more once it has unsubscribed', async () => {
      live.sandbox.insert({ id: 'left' });
      const [told, leave] = watch({ ids: ['left'] });
      await told.until(({ rows }) => rows.length > 0);
      leave();
      await live.pass(10_000);
      live.calls();
      await live.pass(60_000);
      expect(live.calls()).toEqual([]);
    });

    test('is told the code of a refusal', async () => {
      const [told] = watch({ filter: { kind: { eq: 'ACCOUNT_DELETION' } } });
      await told.until(({ errors }) => errors.length > 0);
      expect(told.errors).toEqual([expect.objectContaining({ code: 'BAD_USER_INPUT' })]);
      expect(told.rows).toEqual([]);
    });

    test('is told when to come back if the gateway stops', async () => {
      live.sandbox.insert({ id: 'goes-on' });
      const { now, after } = live.clock;
      const gateway = await startGatewayOn(live.sandbox.url, 'v2025', now, {}, undefined, { after });
      const [told] = watch({ ids: ['goes-on'] }, gateway.url);
      await told.until(({ rows }) => rows.length > 0);
      await gateway.stop();
      await told.until(({ errors }) => errors.length > 0);
      expect(told.errors).toEqual([{ code: 'OVERLOADED', retryAfterSeconds: 1 }]);
    });
  });
}
