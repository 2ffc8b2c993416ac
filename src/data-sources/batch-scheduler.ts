/** How long a batch that is not full waits for more while a call is under way, at the most. */
const MAX_WAIT_MS = 4;

/** When batches are sent. The last one that is not sent yet goes on filling; those before it are full. */
export interface BatchScheduler {
  /** Has a batch sent, in its time: what DataLoader calls a batch schedule function. */
  schedule(send: () => void): void;
  /** Counts a call as under way until it settles. */
  watch<T>(call: Promise<T>): Promise<T>;
}

/**
 * A window that sends full batches at once, and any other as soon as no call is under way: a lone look-up never waits
 * for a timer, and under load each call carries what came in during the one before it.
 */
export function createBatchScheduler(): BatchScheduler {
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let planned = false;
  let timer: NodeJS.Timeout | undefined;

  /** Look-ups that arrive in the same turn of the event loop, from whichever operation, go together. */
  function plan(): void {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      while (waiting.length > 1 || (waiting.length === 1 && inFlight === 0)) sendNext();
      if (waiting.length === 1) timer ??= setTimeout(sendNext, MAX_WAIT_MS);
    });
  }

  function sendNext(): void {
    clearTimeout(timer);
    timer = undefined;
    waiting.shift()?.();
  }

  return {
    schedule(send) {
      waiting.push(send);
      plan();
    },
    watch(call) {
      inFlight += 1;
      const settled = (): void => {
        inFlight -= 1;
        if (waiting.length > 0) plan();
      };
      call.then(settled, settled);
      return call;
    },
  };
}
