import type { Clock } from './clock.js';
import { UpstreamError } from './upstream-error.js';

/** One call to the upstream. */
export interface UpstreamCall {
  /** Milliseconds that it took, or has taken so far. */
  readonly ms: () => number;
}

/** How long somebody waits for an answer: until an instant, or until they leave before it. */
export interface Patience {
  /** The latest instant, in epoch milliseconds. It moves where others may join those who wait. */
  until(): number;
  isOver(): boolean;
  /** Calls back when it is over, at once where it is already. What this gives takes the listener away. */
  onOver(listener: () => void): () => void;
  /** Tells who waits that a call is made for them. */
  note(call: UpstreamCall): void;
}

/** Patience, and what ends it. */
export type EndingPatience = Patience & { readonly end: () => void };

/** The patience of one operation, whose calls go to `calls`. No timer runs before somebody listens. */
export function createPatience(until: number, clock: Clock, calls: UpstreamCall[] = []): EndingPatience {
  const patience = createEnding(() => until);
  let cancel: (() => void) | undefined;
  return {
    ...patience,
    onOver(listener) {
      if (!patience.isOver()) cancel ??= clock.after(until - clock.now(), patience.end);
      return patience.onOver(listener);
    },
    note: (call) => calls.push(call),
    end() {
      cancel?.();
      patience.end();
    },
  };
}

/** Those who wait for an answer, and the calls on which it hangs. */
export interface Waiting {
  readonly callers: Patience[];
  readonly calls: ReturnType<typeof joinPatience>[];
}

/** Has one more wait, and its calls live for as long as that takes. */
export function join({ callers, calls }: Waiting, caller: Patience): void {
  callers.push(caller);
  for (const call of calls) call.join(caller);
}

/** Whether there is nobody left, so that its calls are broken off. */
export function isGone({ callers }: Waiting): boolean {
  return callers.every((caller) => caller.isOver());
}

/** The patience of a call on which all these answers hang: over when nobody waits for any of them. */
export function patienceOf(answers: readonly Waiting[]): Patience {
  const call = joinPatience(new Set(answers.flatMap(({ callers }) => callers)));
  for (const { calls } of answers) calls.push(call);
  return call;
}

/** The answer; or a timeout, as soon as patience is over. */
export function within<T>(patience: Patience, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = patience.onOver(() => {
      reject(new UpstreamError({ failure: 'timeout' }));
    });
    answer.then(release, release);
    answer.then(resolve, reject);
  });
}

/** The patience of all who are present: over when it is over for the last of them. */
function joinPatience(present: Set<Patience>): Patience & { readonly join: (one: Patience) => void } {
  const patience = createEnding(() => Math.max(...Array.from(present, (one) => one.until())));
  const calls: UpstreamCall[] = [];
  const attend = (one: Patience): void => {
    one.onOver(() => {
      present.delete(one);
      if (present.size === 0) patience.end();
    });
  };
  present.forEach(attend);
  return {
    ...patience,
    note(call) {
      calls.push(call);
      for (const one of present) one.note(call);
    },
    join(one) {
      if (present.has(one)) return;
      present.add(one);
      attend(one);
      for (const call of calls) one.note(call);
    },
  };
}

function createEnding(until: () => number): Omit<EndingPatience, 'note'> {
  const listeners = new Set<() => void>();
  let isOver = false;
  return {
    until,
    isOver: () => isOver,
    onOver(listener) {
      if (isOver) listener();
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      isOver = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
