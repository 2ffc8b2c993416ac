import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCallScope, raceAbort, SharedScope, type CallScope } from '../../src/upstream/call-scope.js';
import { VirtualClock } from '../support/virtual-clock.js';

const never = new Promise<never>(() => undefined);

test('a scope aborts at its deadline, which rejects a waiter with a timeout', async () => {
  const clock = new VirtualClock();
  const scope = createCallScope(clock.now() + 1_000, clock);
  const waiter = raceAbort(scope, never).catch((error: unknown) => error);
  await clock.advance(999);
  expect(scope.aborted).toBe(false);
  await clock.advance(1);
  expect(scope.aborted).toBe(true);
  expect(await waiter).toMatchObject({ details: { failure: 'timeout' } });
});

test('an aborted scope calls new listeners immediately', async () => {
  const scope = createCallScope(1_000, new VirtualClock());
  scope.abort();
  await expect(raceAbort(scope, Promise.resolve(1))).rejects.toMatchObject({
    details: { failure: 'timeout' },
  });
});

test('a scope starts no timer before its first listener, and keeps none after it aborts', async () => {
  const clock = new VirtualClock();
  const scope = createCallScope(clock.now() + 1_000, clock);
  expect(clock.timers).toBe(0);
  expect(await raceAbort(scope, Promise.resolve(1))).toBe(1);
  expect(clock.timers).toBe(1);
  scope.abort();
  expect(clock.timers).toBe(0);
});

test('a shared call lives while any waiter needs one of its answers', () => {
  const step = fc.record({ who: fc.nat(9), what: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const clock = new VirtualClock();
      const callers = Array.from({ length: 10 }, (_, index) => createCallScope(index, clock));
      const answers: (SharedScope | undefined)[] = [undefined, undefined, undefined];
      const present = new Set<number>();
      let call: CallScope | undefined;
      let ends = 0;
      for (const { who, what } of steps) {
        const [caller, answer] = [callers[who], answers[what]];
        if (caller === undefined) continue;
        if (present.has(who)) {
          present.delete(who);
          caller.abort();
        } else if (!caller.aborted && (call === undefined || answer?.aborted === false)) {
          present.add(who);
          answer?.add(caller);
        }
        if (call === undefined && present.size > 0) {
          for (const index of answers.keys()) answers[index] = new SharedScope([caller]);
          call = new SharedScope(answers as SharedScope[]);
          call.onAbort(() => ends++);
        }
        expect([call?.aborted ?? false, ends]).toEqual(call && present.size === 0 ? [true, 1] : [false, 0]);
        if (present.size > 0) expect(call?.deadline).toBe(Math.max(...present));
      }
    }),
  );
});

test('a shared scope with an aborted waiter among others is not aborted', () => {
  const clock = new VirtualClock();
  const [left, waits] = [createCallScope(1_000, clock), createCallScope(1_000, clock)];
  left.abort();
  expect(new SharedScope([left, waits]).aborted).toBe(false);
  expect(new SharedScope([left]).aborted).toBe(true);
});
