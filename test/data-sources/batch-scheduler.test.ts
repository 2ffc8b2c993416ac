import { expect, test } from '@jest/globals';
import { createBatchScheduler } from '../../src/data-sources/lookups/batch-scheduler.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** Returns how many milliseconds a batch waits if it is scheduled now. */
async function waitMs(free: number, calls: number, windowMs: number, inFlight = 0): Promise<number> {
  const clock = new VirtualClock();
  const scheduler = createBatchScheduler(clock, () => ({ free, calls, windowMs }));
  for (let call = 0; call < inFlight; call++) void scheduler.watch(new Promise(() => undefined));
  const start = clock.now();
  const sent = new Promise<number>((resolve) => {
    scheduler.schedule(() => {
      resolve(clock.now() - start);
    });
  });
  await clock.advance(1_000);
  return sent;
}

test.each([
  [51, 100, 10_000, 0],
  [50, 100, 10_000, 100],
  [0, 100, 10_000, 100],
  [50, 100, 1_000, 10],
  [2, 4, 10_000, 100],
])('with %i of %i places in %i ms free, a batch waits %i ms', async (free, calls, windowMs, ms) => {
  expect(await waitMs(free, calls, windowMs)).toBe(ms);
});

test('with a call in flight and places to spare, a batch waits 4 ms', async () => {
  expect(await waitMs(100, 100, 10_000, 1)).toBe(4);
});

test('a full batch waits for nothing, and the one after it waits its own time', async () => {
  const clock = new VirtualClock();
  const scheduler = createBatchScheduler(clock, () => ({ free: 0, calls: 100, windowMs: 10_000 }));
  const start = clock.now();
  const sent: [string, number][] = [];
  for (const name of ['full', 'partial'])
    scheduler.schedule(() => void sent.push([name, clock.now() - start]));
  await clock.advance(1_000);
  expect(sent).toEqual([
    ['full', 0],
    ['partial', 100],
  ]);
});
