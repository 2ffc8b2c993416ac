import type { Clock } from './clock.js';
import { UpstreamError } from './upstream-error.js';

/** One call to the upstream. */
export interface UpstreamCall {
  /** Milliseconds that it took, or has taken so far. */
  readonly ms: () => number;
}

/** The lifetime of a call: it is aborted at its deadline, or when nobody waits for it any longer. */
export interface CallScope {
  /** Epoch milliseconds. Moves later when a waiter with a later deadline is added to a shared scope. */
  readonly deadline: number;
  readonly aborted: boolean;
  /** Calls the listener on abort, immediately if already aborted. Returns an unsubscribe function. */
  onAbort(listener: () => void): () => void;
  /** Records a call that is made in this scope. */
  onCall(call: UpstreamCall): void;
}

/** A scope, and what aborts it. */
export type AbortableScope = CallScope & { abort(): void };

/** The scope of one operation. Its calls are added to `calls`. Starts no timer before the first listener. */
export function createCallScope(deadline: number, clock: Clock, calls: UpstreamCall[] = []): AbortableScope {
  return new OperationScope(deadline, clock, calls);
}

/** The operations that wait for an answer, and the shared scopes of the calls that it needs. */
export interface Waiters {
  readonly scopes: CallScope[];
  readonly calls: SharedScope[];
}

/** Adds a waiter, and keeps the calls alive for as long as it waits. */
export function addWaiter({ scopes, calls }: Waiters, scope: CallScope): void {
  scopes.push(scope);
  for (const call of calls) call.add(scope);
}

/** Whether all waiters have left, so that the calls are aborted. */
export function hasNoWaiters({ scopes }: Waiters): boolean {
  return scopes.every((scope) => scope.aborted);
}

/** The scope of a call that all these answers need: aborted when nobody waits for any of them. */
export function sharedScopeOf(answers: readonly Waiters[]): CallScope {
  const scopes = new Set<CallScope>();
  for (const answer of answers) for (const scope of answer.scopes) scopes.add(scope);
  const call = new SharedScope(scopes);
  for (const answer of answers) answer.calls.push(call);
  return call;
}

/** Settles as the answer does, or rejects with a timeout as soon as the scope is aborted. */
export function raceAbort<T>(scope: CallScope, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const unsubscribe = scope.onAbort(() => {
      reject(new UpstreamError({ failure: 'timeout' }));
    });
    answer.then(unsubscribe, unsubscribe);
    answer.then(resolve, reject);
  });
}

/** Aborts once. A class, since each operation has one: closures cost 8 µs more. */
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
    private readonly calls: UpstreamCall[],
  ) {
    super();
  }

  onCall(call: UpstreamCall): void {
    this.calls.push(call);
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

/** Reference-counted cancellation: aborted when the last of its waiters is. */
class SharedScope extends Abortable implements CallScope {
  private readonly calls: UpstreamCall[] = [];

  constructor(private readonly waiters: Set<CallScope>) {
    super();
    for (const waiter of waiters) this.watch(waiter);
  }

  get deadline(): number {
    return Math.max(...Array.from(this.waiters, (waiter) => waiter.deadline));
  }

  onCall(call: UpstreamCall): void {
    this.calls.push(call);
    for (const waiter of this.waiters) waiter.onCall(call);
  }

  add(waiter: CallScope): void {
    if (this.waiters.has(waiter)) return;
    this.waiters.add(waiter);
    for (const call of this.calls) waiter.onCall(call);
    this.watch(waiter);
  }

  private watch(waiter: CallScope): void {
    waiter.onAbort(() => {
      this.waiters.delete(waiter);
      if (this.waiters.size === 0) this.abort();
    });
  }
}
