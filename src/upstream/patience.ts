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
export type EndingPatience = Patience & { end(): void };

/** The patience of one operation, whose calls go to `calls`. No timer runs before somebody listens. */
export function createPatience(until: number, clock: Clock, calls: UpstreamCall[] = []): EndingPatience {
  return new OperationPatience(until, clock, calls);
}

/** Those who wait for an answer, and the calls on which it hangs. */
export interface Waiting {
  readonly callers: Patience[];
  readonly calls: JoinedPatience[];
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
  const callers = new Set<Patience>();
  for (const answer of answers) for (const caller of answer.callers) callers.add(caller);
  const call = new JoinedPatience(callers);
  for (const answer of answers) answer.calls.push(call);
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

/** What comes to its end once. A class, since each operation has one: as closures it was 8 µs dearer. */
class Ending {
  private isEnded = false;
  private listeners: Set<() => void> | undefined;

  isOver(): boolean {
    return this.isEnded;
  }

  onOver(listener: () => void): () => void {
    if (this.isEnded) listener();
    else (this.listeners ??= new Set()).add(listener);
    return () => this.listeners?.delete(listener);
  }

  end(): void {
    this.isEnded = true;
    this.listeners?.forEach((listener) => {
      listener();
    });
    this.listeners = undefined;
  }
}

class OperationPatience extends Ending implements EndingPatience {
  private cancel: (() => void) | undefined;

  constructor(
    private readonly deadline: number,
    private readonly clock: Clock,
    private readonly calls: UpstreamCall[],
  ) {
    super();
  }

  until(): number {
    return this.deadline;
  }

  note(call: UpstreamCall): void {
    this.calls.push(call);
  }

  override onOver(listener: () => void): () => void {
    if (!this.isOver())
      this.cancel ??= this.clock.after(this.deadline - this.clock.now(), () => {
        this.end();
      });
    return super.onOver(listener);
  }

  override end(): void {
    this.cancel?.();
    super.end();
  }
}

/** The patience of all who are present: over when it is over for the last of them. */
class JoinedPatience extends Ending implements Patience {
  private readonly calls: UpstreamCall[] = [];

  constructor(private readonly present: Set<Patience>) {
    super();
    for (const one of present) this.attend(one);
  }

  until(): number {
    return Math.max(...Array.from(this.present, (one) => one.until()));
  }

  note(call: UpstreamCall): void {
    this.calls.push(call);
    for (const one of this.present) one.note(call);
  }

  join(one: Patience): void {
    if (this.present.has(one)) return;
    this.present.add(one);
    for (const call of this.calls) one.note(call);
    this.attend(one);
  }

  private attend(one: Patience): void {
    one.onOver(() => {
      this.present.delete(one);
      if (this.present.size === 0) this.end();
    });
  }
}
