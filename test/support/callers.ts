import type { Patience } from '../../src/upstream/patience.js';
import type { Authorization, Caller } from '../../src/upstream/task-status.api.js';

/** Patience that is never over. */
export const endless: Patience = {
  until: () => Infinity,
  isOver: () => false,
  onOver: () => () => undefined,
  note: () => undefined,
};

/** A caller who waits for as long as it takes. */
export const as = (authorization: Authorization): Caller => ({ authorization, patience: endless });
