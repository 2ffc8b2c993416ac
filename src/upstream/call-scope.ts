import type { Clock } from './clock.js';
import { UpstreamError } from './upstream-error.js';

/** The lifetime of a call: it is aborted at its deadline, or when nobody waits for it any longer. */
export interface CallScope {
  /** Epoch milliseconds. In a shared scope, the latest deadline of its waiters. */
  readonly deadline: number;
  readonly aborted: boolean;
  /** Calls the listener on abort, immediately if already aborted. Returns an unsubscribe function. */
  onAbort(listener: () => void): () => void;
}

/** A scope that its owner can abort. */
export type AbortableScope = CallScope & { abort(): void };

/** Creates the scope of one operation. Starts no timer before the first listener. */
export function createCallScope(deadline: number, clock: Clock): AbortableScope {
  return new OperationScope(deadline, clock);
}

/** Settles as the answer does, or rejects with a `timeout` as soon as the scope is aborted. */
export function raceAbort<T>(scope: CallScope, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const unsubscribe = scope.onAbort(() => {
      reject(new UpstreamError({ failure: 'timeout' }));
    });
    answer.then(unsubscribe, unsubscribe);
    answer.then(resolve, reject);
  });
}

/** Aborts once. A class, because each operation has one: closures cost 8 µs more. */
class Abortable {
  private isAborted = false;
  private listeners: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.isAborted;
  }

  onAbort(listener: () => void): () => void {
    if (this.isAborted) listener();
    else (this.listeners ??= new Set()).add(listener);
    return () => this.listeners?.delete(listener);
  }

  abort(): void {
    this.isAborted = true;
    this.listeners?.forEach((listener) => {
      listener();
    });
    this.listeners = undefined;
  }
}

class OperationScope extends Abortable implements AbortableScope {
  private cancel: (() => void) | undefined;

  constructor(
    readonly deadline: number,
    private readonly clock: Clock,
  ) {
    super();
  }

  override onAbort(listener: () => void): () => void {
    if (!this.aborted)
      this.cancel ??= this.clock.after(this.deadline - this.clock.now(), () => {
        this.abort();
      });
    return super.onAbort(listener);
  }

  override abort(): void {
    this.cancel?.();
    super.abort();
  }
}

/**
 * The scope of a call that several waiters share: aborted when the last of them is. Waiters can be shared scopes too.
 */
export class SharedScope extends Abortable implements CallScope {
  private readonly waiters: Set<CallScope>;

  constructor(waiters: Iterable<CallScope>) {
    super();
    this.waiters = new Set(waiters);
    for (const waiter of [...this.waiters]) this.watch(waiter);
  }

  get deadline(): number {
    return Math.max(...Array.from(this.waiters, (waiter) => waiter.deadline));
  }

  /** Adds a waiter: the call is not aborted before it is. */
  add(waiter: CallScope): void {
    if (this.waiters.has(waiter)) return;
    this.waiters.add(waiter);
    this.watch(waiter);
  }

  private watch(waiter: CallScope): void {
    waiter.onAbort(() => {
      this.waiters.delete(waiter);
      if (this.waiters.size === 0) this.abort();
    });
  }
}
