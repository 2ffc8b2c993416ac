import type { RateLimit } from '../config.js';
import type { CallScope } from './call-scope.js';
import type { Clock } from './clock.js';
import { Turns } from './turns.js';
import { UpstreamError } from './upstream-error.js';

/** Time before its deadline that a call must have left to be started, in milliseconds. */
const MIN_TIME_MS = 250;

/** Maximum accepted tokens to remember per OAuth client. If it has more, the oldest count as unverified again. */
const MAX_ACCEPTED = 1_000;

/** Background calls start while more than this share of the places is free. */
export const BACKGROUND_SHARE = 1 / 2;

/** Beyond that, one place in so many of each window is theirs, and at least one. */
const PLACES_PER_RESERVED = 20;

/** What an answer says about the token: the upstream accepted it, refused it, or neither. */
export type TokenOutcome = 'accepted' | 'refused' | 'unknown';

interface Ticket {
  start(): void;
}

/**
 * Starts at most `calls` calls in any window. The upstream counts a call at some instant between its start and its
 * end, so a place is free again one window after the end.
 *
 * Waiting calls take turns by principal. A principal whose token the upstream has not accepted yet is unverified. It has
 * one call in flight at a time, and while other principals wait, at most every other turn goes to an unverified one. So
 * a forged token can't use up the places of the OAuth client that it names.
 */
export class ClientQueue {
  private readonly accepted = new Set<string>();
  private readonly unverified = new Set<string>();
  /** By principal, in the order of their turns. No entry is empty. */
  private readonly waiting = new Map<string, Ticket[]>();
  /** The same of background calls. */
  private readonly background = new Map<string, Ticket[]>();
  private readonly backgroundTurns = new Turns();
  /** When the places of ended calls will be free again, in order. */
  private readonly returns: { readonly at: number; readonly isBackground: boolean }[] = [];
  /** When the reserved places that background calls took will be free again, in order. Epoch milliseconds. */
  private readonly reserved: number[] = [];
  private inFlight = 0;
  private backgroundInFlight = 0;
  private pausedUntil = 0;
  private lastWasAccepted = false;
  private lastWasReserved = false;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly limit: RateLimit,
    private readonly clock: Clock,
    private readonly onIdle: () => void,
  ) {}

  free(): number {
    const now = this.clock.now();
    while (this.returns[0] !== undefined && this.returns[0].at <= now) this.returns.shift();
    return this.limit.calls - this.inFlight - this.returns.length;
  }

  /** Places that would be free if there were no background calls. */
  freeOfForeground(): number {
    const free = this.free();
    return free + this.backgroundInFlight + this.returns.filter(({ isBackground }) => isBackground).length;
  }

  isOpen(): boolean {
    return this.clock.now() >= this.pausedUntil && this.free() > 0;
  }

  pauseFor(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + ms);
  }

  secondsToWait(key: string): number {
    return Math.max(1, Math.ceil((this.startAt(key) - this.clock.now()) / 1000));
  }

  acquire(key: string, scope: CallScope, isBackground: boolean): Promise<void> {
    this.startNext();
    if (this.isOpen() && this.mayStart(key) && (!isBackground || this.takesBackground())) {
      this.start(key, isBackground, isBackground && !this.isHalfFree());
      return Promise.resolve();
    }
    const { clock } = this;
    const queues = isBackground ? this.background : this.waiting;
    const lastStart = (): number => scope.deadline - MIN_TIME_MS;
    if (!isBackground && this.startAt(key) > lastStart()) return Promise.reject(this.rateLimited(key));
    return new Promise((resolve, reject) => {
      let unsubscribe = (): void => undefined;
      const leave = (error: UpstreamError): void => {
        unsubscribe();
        cancel();
        const queue = queues.get(key) ?? [];
        queue.splice(queue.indexOf(ticket), 1);
        if (queue.length === 0) queues.delete(key);
        reject(error);
        this.sleep();
      };
      const ticket: Ticket = {
        start() {
          unsubscribe();
          cancel();
          resolve();
        },
      };
      const giveUp = (): void => {
        const left = lastStart() - clock.now();
        if (left > 0) cancel = clock.after(left, giveUp);
        // If there are free places, it waits for the first answer to its token.
        else if (isBackground || !this.isOpen()) leave(this.rateLimited(key));
      };
      let cancel = clock.after(lastStart() - clock.now(), giveUp);
      const queue = queues.get(key);
      if (queue === undefined) queues.set(key, [ticket]);
      else queue.push(ticket);
      unsubscribe = scope.onAbort(() => {
        leave(new UpstreamError({ failure: 'cancelled' }));
      });
      this.sleep();
    });
  }

  release(key: string, outcome: TokenOutcome, counted: boolean, isBackground: boolean): void {
    const { accepted, unverified, returns, clock, limit } = this;
    this.inFlight -= 1;
    if (isBackground) this.backgroundInFlight -= 1;
    unverified.delete(key);
    if (counted) returns.push({ at: clock.now() + limit.windowMs, isBackground });
    if (outcome === 'refused') accepted.delete(key);
    if (outcome === 'accepted') accepted.add(key);
    const [oldest = ''] = accepted;
    if (accepted.size > MAX_ACCEPTED) accepted.delete(oldest);
    this.startNext();
    this.sleep();
  }

  private mayStart(key: string): boolean {
    return this.accepted.has(key) || !this.unverified.has(key);
  }

  private isHalfFree(): boolean {
    return this.free() > this.limit.calls * BACKGROUND_SHARE;
  }

  private hasReserved(): boolean {
    const { reserved, clock, limit } = this;
    while (reserved[0] !== undefined && reserved[0] <= clock.now()) reserved.shift();
    return reserved.length < Math.max(1, Math.floor(limit.calls / PLACES_PER_RESERVED));
  }

  /** Whether a background call may take a free place. */
  private takesBackground(): boolean {
    return this.isHalfFree() || this.hasReserved();
  }

  private start(key: string, isBackground: boolean, isReserved: boolean): void {
    if (isBackground) {
      if (isReserved) this.reserved.push(this.clock.now() + this.limit.windowMs);
      this.backgroundInFlight += 1;
      this.backgroundTurns.took(key);
    }
    this.lastWasReserved = isReserved;
    this.inFlight += 1;
    this.lastWasAccepted = this.accepted.has(key);
    if (!this.lastWasAccepted) this.unverified.add(key);
  }

  private nextKey(): string | undefined {
    const keys = [...this.waiting.keys()].filter((key) => this.mayStart(key));
    return keys.find((key) => this.accepted.has(key) !== this.lastWasAccepted) ?? keys[0];
  }

  /** Starts the calls that may start. Reserved places go to background calls first. */
  private startNext(): void {
    while (this.waiting.size + this.background.size > 0 && this.isOpen()) {
      const background = this.backgroundTurns.next(
        [...this.background.keys()].filter((key) => this.mayStart(key)),
      );
      const foreground = this.nextKey();
      // Not twice in a row while others wait: a limit of one call would let nobody else start.
      const mayReserve = foreground === undefined ? !this.isHalfFree() : !this.lastWasReserved;
      const isReserved = mayReserve && this.hasReserved();
      if (background !== undefined && (isReserved || (foreground === undefined && this.isHalfFree())))
        this.startFirst(this.background, background, isReserved);
      else if (foreground !== undefined) this.startFirst(this.waiting, foreground);
      else return;
    }
  }

  private startFirst(queues: Map<string, Ticket[]>, key: string, isReserved = false): void {
    const queue = queues.get(key) ?? [];
    const ticket = queue.shift();
    queues.delete(key);
    if (queue.length > 0) queues.set(key, queue);
    this.start(key, queues === this.background, isReserved);
    ticket?.start();
  }

  /** Returns when to look next whether a waiting call may start; undefined if only the pause or an answer is missing. */
  private nextPlace(now: number): number | undefined {
    const { returns, reserved, background } = this;
    const isFree = this.free() > 0;
    if (isFree && (background.size === 0 || now < this.pausedUntil)) return undefined;
    const times = [returns[0]?.at, isFree ? reserved[0] : undefined].filter(
      (at) => at !== undefined && at > now,
    );
    return times.length === 0 ? undefined : Math.min(...(times as number[]));
  }

  /** Sets the timer for the next start, or calls `onIdle` if there is nothing left to keep. */
  private sleep(): void {
    const { clock, waiting, background } = this;
    const now = clock.now();
    const isWaiting = waiting.size + background.size > 0;
    const place = isWaiting ? this.nextPlace(now) : this.returns.at(-1)?.at;
    const at = Math.max(this.pausedUntil, place ?? 0);
    if (at > now) {
      if (!isWaiting && this.cancel !== undefined) return;
      this.cancel?.();
      this.cancel = clock.after(at - now, () => {
        this.cancel = undefined;
        this.startNext();
        this.sleep();
      });
    } else if (!isWaiting && this.inFlight === 0) {
      this.cancel?.();
      this.onIdle();
    }
  }

  /**
   * Returns the earliest start of a call that starts waiting now, in epoch milliseconds. Assumes that the calls in
   * flight end at once, and that no other unverified token is accepted.
   */
  private startAt(key: string): number {
    const { waiting, returns, clock, limit } = this;
    const own = waiting.get(key)?.length ?? 0;
    let ahead = own;
    for (const [other, { length }] of waiting)
      if (other !== key && this.accepted.has(other)) ahead += Math.min(length, own + 1);
    const now = clock.now();
    const open = this.free();
    const place = ahead % limit.calls;
    const first = place < open ? now : (returns[place - open]?.at ?? now + limit.windowMs);
    return Math.max(this.pausedUntil, first + Math.floor(ahead / limit.calls) * limit.windowMs);
  }

  private rateLimited(key: string): UpstreamError {
    return new UpstreamError({ failure: 'rate_limited', retryAfterSeconds: this.secondsToWait(key) });
  }
}
