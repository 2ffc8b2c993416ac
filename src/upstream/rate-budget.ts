import type { RateLimit } from '../config.js';
import type { Clock } from './clock.js';
import type { CallScope } from './call-scope.js';
import { UpstreamError } from './upstream-error.js';

/** A call that would get less time than this before its deadline is not begun. */
const MIN_TIME_MS = 250;

/** How many accepted tokens are remembered: a client with more has some of them prove themselves again. */
const MAX_ACCEPTED = 1_000;

/** What a call's answer says of its token: that the upstream took it, that it did not, or nothing. */
export type Verdict = 'accepted' | 'refused' | 'unknown';

/** What the calls of one client share. */
export interface RateBudget {
  /** Begins a call when its turn comes. @throws UpstreamError `rate_limited` where that would be too late for its deadline. */
  turn(token: string, scope: CallScope): Promise<void>;
  /** To be told of each call that was begun. One that did not count with the upstream is given back. */
  end(token: string, verdict: Verdict, counted: boolean): void;
  /** Begins no call for so long. */
  pause(ms: number): void;
  /** Whether a call could begin now. */
  readonly isOpen: boolean;
  /** How many calls could, were no pause on. */
  readonly left: number;
  /** In how many seconds a call with this token would begin, at least 1. */
  secondsToWait(token: string): number;
}

interface Ticket {
  begin(): void;
}

/**
 * Begins at most so many calls in any window. The upstream sees a call at some instant between its begin and its end,
 * so that a place is free again only a window after the end.
 *
 * Waiting calls take turns by token. A token that the upstream has not accepted yet has one call under way at a time, and
 * every other turn at the most goes to such tokens: who claims to be a client without being it can't use up its budget.
 */
export function createRateBudget(
  { calls, windowMs }: RateLimit,
  clock: Clock,
  onIdle: () => void,
): RateBudget {
  const accepted = new Set<string>();
  const onTrial = new Set<string>();
  /** By token, in the order of their turns; none without tickets. */
  const waiting = new Map<string, Ticket[]>();
  /** When the places of calls that have ended will be free again, in order. */
  const returns: number[] = [];
  let inFlight = 0;
  let pausedUntil = 0;
  let lastWasAccepted = false;
  let cancel: (() => void) | undefined;

  function free(): number {
    const now = clock.now();
    while (returns[0] !== undefined && returns[0] <= now) returns.shift();
    return calls - inFlight - returns.length;
  }

  const isOpen = (): boolean => clock.now() >= pausedUntil && free() > 0;
  const mayBegin = (token: string): boolean => accepted.has(token) || !onTrial.has(token);

  function begin(token: string): void {
    inFlight += 1;
    lastWasAccepted = accepted.has(token);
    if (!lastWasAccepted) onTrial.add(token);
  }

  function next(): string | undefined {
    const tokens = [...waiting.keys()].filter(mayBegin);
    return tokens.find((token) => accepted.has(token) !== lastWasAccepted) ?? tokens[0];
  }

  /** Begins what may begin. */
  function work(): void {
    while (waiting.size > 0 && isOpen()) {
      const token = next();
      const queue = token === undefined ? undefined : waiting.get(token);
      if (token === undefined || queue === undefined) return;
      const ticket = queue.shift();
      waiting.delete(token);
      if (queue.length > 0) waiting.set(token, queue);
      begin(token);
      ticket?.begin();
    }
  }

  /** Looks when there is something to do again, or lets go of the budget when nothing of it is left to remember. */
  function rest(): void {
    const now = clock.now();
    const place = waiting.size === 0 ? returns.at(-1) : free() > 0 ? undefined : returns[0];
    const at = Math.max(pausedUntil, place ?? 0);
    if (at > now) {
      if (waiting.size === 0 && cancel !== undefined) return;
      cancel?.();
      cancel = clock.after(at - now, () => {
        cancel = undefined;
        work();
        rest();
      });
    } else if (waiting.size === 0 && inFlight === 0) {
      cancel?.();
      onIdle();
    }
  }

  /**
   * When a call that now begins to wait will have its turn at the earliest: if those under way end at once, and the
   * calls of others whose tokens are not accepted come to nothing.
   */
  function turnAt(token: string): number {
    const own = waiting.get(token)?.length ?? 0;
    let ahead = own;
    for (const [other, { length }] of waiting)
      if (other !== token && accepted.has(other)) ahead += Math.min(length, own + 1);
    const now = clock.now();
    const open = free();
    const place = ahead % calls;
    const first = place < open ? now : (returns[place - open] ?? now + windowMs);
    return Math.max(pausedUntil, first + Math.floor(ahead / calls) * windowMs);
  }

  const secondsUntil = (at: number): number => Math.max(1, Math.ceil((at - clock.now()) / 1000));
  const held = (until: number): UpstreamError =>
    new UpstreamError({ failure: 'rate_limited', retryAfterSeconds: secondsUntil(until) });

  return {
    turn(token, scope) {
      work();
      if (isOpen() && mayBegin(token)) {
        begin(token);
        return Promise.resolve();
      }
      const at = turnAt(token);
      const lastStart = (): number => scope.deadline - MIN_TIME_MS;
      if (at > lastStart()) return Promise.reject(held(at));
      return new Promise((resolve, reject) => {
        let release = (): void => undefined;
        const leave = (error: UpstreamError): void => {
          release();
          stop();
          const queue = waiting.get(token) ?? [];
          queue.splice(queue.indexOf(ticket), 1);
          if (queue.length === 0) waiting.delete(token);
          reject(error);
          rest();
        };
        const ticket: Ticket = {
          begin() {
            release();
            stop();
            resolve();
          },
        };
        const giveUp = (): void => {
          const left = lastStart() - clock.now();
          if (left > 0) stop = clock.after(left, giveUp);
          // Where there are places, it waits for the first call of its token to be answered.
          else if (!isOpen()) leave(held(turnAt(token)));
        };
        let stop = clock.after(lastStart() - clock.now(), giveUp);
        const queue = waiting.get(token);
        if (queue === undefined) waiting.set(token, [ticket]);
        else queue.push(ticket);
        release = scope.onAbort(() => {
          leave(new UpstreamError({ failure: 'cancelled' }));
        });
        rest();
      });
    },

    end(token, verdict, counted) {
      inFlight -= 1;
      onTrial.delete(token);
      if (counted) returns.push(clock.now() + windowMs);
      if (verdict === 'refused') accepted.delete(token);
      if (verdict === 'accepted') accepted.add(token);
      const [oldest = ''] = accepted;
      if (accepted.size > MAX_ACCEPTED) accepted.delete(oldest);
      work();
      rest();
    },

    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },

    get isOpen() {
      return isOpen();
    },

    get left() {
      return free();
    },

    secondsToWait: (token) => secondsUntil(turnAt(token)),
  };
}
