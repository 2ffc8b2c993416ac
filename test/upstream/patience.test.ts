import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createPatience,
  isGone,
  join,
  patienceOf,
  within,
  type EndingPatience,
  type Patience,
  type UpstreamCall,
  type Waiting,
} from '../../src/upstream/patience.js';
import { VirtualClock } from '../support/virtual-clock.js';

const never = new Promise<never>(() => undefined);

test('patience ends at its instant, and a waiter is told so by a timeout', async () => {
  const clock = new VirtualClock();
  const patience = createPatience(clock.now() + 1_000, clock);
  const waiter = within(patience, never).catch((error: unknown) => error);
  await clock.advance(999);
  expect(patience.isOver()).toBe(false);
  await clock.advance(1);
  expect(patience.isOver()).toBe(true);
  expect(await waiter).toMatchObject({ details: { failure: 'timeout' } });
});

test('patience that ended before is over at once for those who come', async () => {
  const patience = createPatience(1_000, new VirtualClock());
  patience.end();
  await expect(within(patience, Promise.resolve(1))).rejects.toMatchObject({
    details: { failure: 'timeout' },
  });
});

test('no timer runs before somebody waits, nor after the end', async () => {
  const clock = new VirtualClock();
  const patience = createPatience(clock.now() + 1_000, clock);
  expect(clock.timers).toBe(0);
  expect(await within(patience, Promise.resolve(1))).toBe(1);
  expect(clock.timers).toBe(1);
  patience.end();
  expect(clock.timers).toBe(0);
});

test('a call lasts as long as anybody waits for one of its answers, whoever leaves and whoever joins', () => {
  const step = fc.record({ who: fc.nat(9), what: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const clock = new VirtualClock();
      const callers = Array.from({ length: 10 }, (_, index) => createPatience(index, clock));
      const answers: Waiting[] = Array.from({ length: 3 }, () => ({ callers: [], calls: [] }));
      const present = new Set<number>();
      let call: Patience | undefined;
      let ends = 0;
      for (const { who, what } of steps) {
        const [caller, answer] = [callers[who], answers[what]];
        if (caller === undefined || answer === undefined) continue;
        if (present.has(who)) {
          present.delete(who);
          caller.end();
        } else if (!caller.isOver() && (call === undefined || !isGone(answer))) {
          present.add(who);
          join(answer, caller);
        }
        if (call === undefined && present.size > 0) {
          for (const each of answers)
            if (each.callers.length === 0) join(each, callers[[...present][0] ?? 0] ?? caller);
          call = patienceOf(answers);
          call.onOver(() => ends++);
        }
        expect([call?.isOver() ?? false, ends]).toEqual(call && present.size === 0 ? [true, 1] : [false, 0]);
        if (present.size > 0) expect(call?.until()).toBe(Math.max(...present));
      }
    }),
  );
});

test('everybody who waits is told of the calls made for them, those who come later too, and nobody twice', () => {
  const clock = new VirtualClock();
  const calls: UpstreamCall[][] = [[], [], []];
  const [first, leaver, late] = calls.map((own) => createPatience(1_000, clock, own)) as [
    EndingPatience,
    EndingPatience,
    EndingPatience,
  ];
  const answer: Waiting = { callers: [first], calls: [] };
  join(answer, leaver);
  const call = patienceOf([answer]);
  const [once, again] = [{ ms: () => 1 }, { ms: () => 2 }];
  call.note(once);
  leaver.end();
  join(answer, late);
  join(answer, late);
  call.note(again);
  expect(calls).toEqual([[once, again], [once], [once, again]]);
});
