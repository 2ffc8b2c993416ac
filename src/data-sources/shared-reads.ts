import type { TaskStatus } from '../model/task-status.model.js';
import { hasNoWaiters, addWaiter, sharedScopeOf, raceAbort, type Waiters } from '../upstream/call-scope.js';
import type { Authorization, Caller } from '../upstream/task-status.api.js';
import { FleetingMap } from './fleeting-map.js';
import type { TaskStatusLoader } from './task-status.loader.js';

/**
 * What the operations of one principal that are under way at the same time share: look-ups, which are joined into
 * calls, and identical reads. A principal is one exact `Authorization` value: nothing is ever shared between two.
 * Nothing is remembered: a read is shared only while it is under way. Each operation waits until its own
 * scope is aborted, and the read goes on until the last one's is.
 */
export interface SharedReads {
  readonly lookUp: (caller: Caller, id: string) => Promise<TaskStatus | null>;
  /** `key` names the read; it must tell apart all reads that could answer differently. */
  readonly read: <T>(caller: Caller, key: string, read: (caller: Caller) => Promise<T>) => Promise<T>;
  /** After this, no read of the principal joins one that was sent before: its task with this id has changed. */
  readonly forget: (authorization: Authorization, id: string) => void;
}

/** A read under way, and those who wait for it. */
interface InFlight {
  readonly answer: Promise<unknown>;
  readonly waiting: Waiters;
}

interface Principal {
  loader?: TaskStatusLoader;
  readonly lookups: FleetingMap<InFlight>;
  readonly reads: FleetingMap<InFlight>;
  /** How many reads are under way; without any, nothing of the principal is kept. */
  inFlight: number;
}

/** Makes the shared reads of a gateway; `createLoader` makes the loader that calls as a given principal. */
export function createSharedReads(
  createLoader: (authorization: Authorization) => TaskStatusLoader,
): SharedReads {
  const principals = new Map<Authorization, Principal>();

  function principalOf(authorization: Authorization): Principal {
    let principal = principals.get(authorization);
    if (principal === undefined) {
      principal = { lookups: new FleetingMap(), reads: new FleetingMap(), inFlight: 0 };
      principals.set(authorization, principal);
    }
    return principal;
  }

  function share<T>(
    { authorization, scope }: Caller,
    principal: Principal,
    inFlight: FleetingMap<InFlight>,
    key: string,
    start: (waiting: Waiters) => Promise<T>,
  ): Promise<T> {
    const known = inFlight.get(key);
    if (known && !hasNoWaiters(known.waiting)) {
      addWaiter(known.waiting, scope);
      return raceAbort(scope, known.answer as Promise<T>);
    }
    principal.inFlight += 1;
    const waiting: Waiters = { scopes: [scope], calls: [] };
    const answer = start(waiting);
    const entry: InFlight = { answer, waiting };
    const settled = (): void => {
      if (inFlight.get(key) === entry) inFlight.delete(key);
      principal.inFlight -= 1;
      if (principal.inFlight === 0) principals.delete(authorization);
    };
    inFlight.set(key, entry);
    answer.then(settled, settled);
    return raceAbort(scope, answer);
  }

  return {
    lookUp(caller, id) {
      const principal = principalOf(caller.authorization);
      principal.loader ??= createLoader(caller.authorization);
      const { loader } = principal;
      return share(caller, principal, principal.lookups, id, (waiting) => loader.load({ id, waiting }));
    },
    read(caller, key, read) {
      const principal = principalOf(caller.authorization);
      return share(caller, principal, principal.reads, key, (waiting) =>
        read({ ...caller, scope: sharedScopeOf([waiting]) }),
      );
    },
    forget(authorization, id) {
      const principal = principals.get(authorization);
      principal?.lookups.delete(id);
      principal?.reads.clear();
    },
  };
}
