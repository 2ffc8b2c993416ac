/** How many calls of one window may be under way before the next waits for one of them to end. */
const MAX_UNDER_WAY = 3;

/** How long it waits at the most. */
const MAX_WAIT_MS = 10;

/** When batches are sent. A batch that is not sent yet goes on filling. */
export interface BatchWindow {
  /** Has a batch sent, in its time: what DataLoader calls a batch schedule function. */
  schedule(send: () => void): void;
  /** Counts a call as under way until it settles. */
  watch<T>(call: Promise<T>): Promise<T>;
}

/**
 * A window that sends at once while few calls are under way, and lets look-ups gather while many are: a lone
 * look-up never waits for a timer, and under load each call carries what came in during the ones before it.
 */
export function createBatchWindow(): BatchWindow {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let planned = false;
  let timer: NodeJS.Timeout | undefined;

  /** Look-ups that arrive in the same turn of the event loop, from whichever operation, go together. */
  function plan(): void {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      sendWhatMay();
    });
  }

  function sendWhatMay(): void {
    while (underWay < MAX_UNDER_WAY && waiting.length > 0) waiting.shift()?.();
    if (waiting.length === 0) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(() => {
        timer = undefined;
        waiting.shift()?.();
        sendWhatMay();
      }, MAX_WAIT_MS);
    }
  }

  return {
    schedule(send) {
      waiting.push(send);
      plan();
    },
    watch(call) {
      underWay += 1;
      const settled = (): void => {
        underWay -= 1;
        if (waiting.length > 0) plan();
      };
      call.then(settled, settled);
      return call;
    },
  };
}
