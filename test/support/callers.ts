import type { CallScope } from '../../src/upstream/call-scope.js';
import type { Authorization, Caller } from '../../src/upstream/task-status.api.js';

/** A scope that is never aborted. */
export const endless: CallScope = {
  deadline: Infinity,
  aborted: false,
  onAbort: () => () => undefined,
  onCall: () => undefined,
};

/** A caller without a deadline. */
export const as = (authorization: Authorization): Caller => ({ authorization, scope: endless });
