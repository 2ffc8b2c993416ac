import { Random } from '../random.js';
import { type StoredTask } from './task.js';
import { type TaskMaker, type TaskTimes } from './task-maker.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Shares of the seeded tasks that are pending at the start. The rest are finished. */
const shares = { queued: 0.015, running: 0.022, stuck: 0.034 };

/** Additional tasks that are too old to be returned, as a share of the others. */
const shareTooOld = 0.01;

/**
 * Returns the initial tasks: `count` of the last 89 days, and some that are over 90 days old.
 * Ids and shapes depend on the seed, dates on the seed and `now` (epoch ms).
 */
export function seedTasks(seed: number, count: number, maker: TaskMaker, now: number): StoredTask[] {
  const random = new Random(`${seed}:times`);
  const queued = Math.round(count * shares.queued);
  const running = queued + Math.round(count * shares.running);
  const stuck = running + Math.round(count * shares.stuck);
  const total = count + Math.round(count * shareTooOld);
  return Array.from({ length: total }, (_, index) => {
    if (index < queued) return maker.make(queuedTimes(random, now));
    if (index < running) return maker.make(runningTimes(random, now));
    if (index < stuck) return maker.make(stuckTimes(random, now));
    const age = index < count ? random.next() * 89 * day : (91 + random.next() * 6) * day;
    return maker.make(finishedTimes(random, now, age));
  });
}

/** Created recently, launched within about 10 minutes, finished later. */
function queuedTimes(random: Random, now: number): TaskTimes {
  const launchAt = Math.round(now + random.next() * 10 * minute + 1000);
  return {
    createdMs: launchAt - random.integer(12 * minute, 15 * minute),
    launchAt,
    endAt: launchAt + span(random),
  };
}

/** Launched, and ends by itself. */
function runningTimes(random: Random, now: number): TaskTimes {
  const length = span(random);
  const launchAt = Math.round(now - random.next() * length);
  return { createdMs: launchAt - random.integer(0, 20_000), launchAt, endAt: launchAt + length + 1000 };
}

/** Never ends by itself. A quarter was never launched. */
function stuckTimes(random: Random, now: number): TaskTimes {
  const createdMs = Math.round(now - 2 * hour - random.next() ** 3 * 80 * day);
  const launchAt = random.chance(0.25) ? null : createdMs + random.integer(0, 20_000);
  return { createdMs, launchAt, endAt: null };
}

/** Created `age` ms and a minute before `now`, and finished by then. */
function finishedTimes(random: Random, now: number, age: number): TaskTimes {
  const createdMs = Math.round(now - minute - age);
  const launchAt = createdMs + random.integer(0, 20_000);
  return {
    createdMs,
    launchAt,
    endAt: launchAt + Math.min(span(random), Math.floor((now - launchAt) * 0.9)),
  };
}

/** Returns the duration of a task in ms: 20 seconds to 3 hours, short ones more often. */
function span(random: Random): number {
  return Math.round(20_000 * 540 ** random.next());
}
