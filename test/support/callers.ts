import type { CallScope } from '../../src/upstream/call-scope.js';
import { anonymousPrincipal, principalOf, type Principal } from '../../src/upstream/principal.js';
import type { Caller } from '../../src/upstream/task-status.api.js';

/** A scope that is never aborted. */
export const endless: CallScope = {
  deadline: Infinity,
  aborted: false,
  onAbort: () => () => undefined,
};

/** The principal of an `Authorization` header. */
export const principal = (authorization: string | undefined): Principal =>
  authorization === undefined ? anonymousPrincipal : principalOf(authorization);

/** A caller with this `Authorization` header. */
export const as = (authorization: string | undefined, scope = endless): Caller => ({
  principal: principal(authorization),
  scope,
  calls: [],
});
