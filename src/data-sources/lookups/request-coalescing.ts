import type { TaskStatus } from '../../model/task-status.model.js';
import type { CallRecord } from '../../telemetry/call-record.js';
import { raceAbort, SharedScope } from '../../upstream/call-scope.js';
import type { Principal } from '../../upstream/principal.js';
import type { Caller } from '../../upstream/task-status.api.js';
import type { SharedRead, TaskStatusLoader } from './task-status.loader.js';

/**
 * Request coalescing: operations of one principal share lookups and identical reads that are in flight. Nothing is
 * shared between two principals, and nothing is kept once a read has settled. Each operation waits until its own scope
 * is aborted. The read is aborted when the last of these scopes is.
 */
export interface RequestCoalescing {
  readonly lookUp: (caller: Caller, id: string) => Promise<TaskStatus | null>;
  /** `key` identifies the read. Reads that could return different results need different keys. */
  readonly read: <T>(caller: Caller, key: string, read: (caller: Caller) => Promise<T>) => Promise<T>;
  /** After this, no lookup of the task and no list read of the principal joins one in flight: the task has changed. */
  readonly invalidate: (principal: Principal, id: string) => void;
}

interface InFlight {
  readonly answer: Promise<unknown>;
  readonly scope: SharedScope;
  readonly calls: CallRecord;
}

interface PrincipalReads {
  loader?: TaskStatusLoader;
  readonly lookups: Map<string, InFlight>;
  readonly lists: Map<string, InFlight>;
  /** Reads in flight. Nothing of the principal is kept if there are none. */
  count: number;
}

/** `createLoader` makes the loader that joins the lookups of one principal. */
export function createRequestCoalescing(
  createLoader: (principal: Principal) => TaskStatusLoader,
): RequestCoalescing {
  const principals = new Map<string, PrincipalReads>();

  function readsOf({ key }: Principal): PrincipalReads {
    const reads = principals.get(key) ?? { lookups: new Map(), lists: new Map(), count: 0 };
    principals.set(key, reads);
    return reads;
  }

  function share<T>(
    caller: Caller,
    reads: PrincipalReads,
    inFlight: Map<string, InFlight>,
    key: string,
    start: (read: SharedRead) => Promise<T>,
  ): Promise<T> {
    const known = inFlight.get(key);
    if (known && !known.scope.aborted) {
      known.scope.add(caller.scope);
      caller.calls.push(known.calls);
      return raceAbort(caller.scope, known.answer as Promise<T>);
    }
    reads.count += 1;
    const read = { scope: new SharedScope([caller.scope]), calls: [] };
    caller.calls.push(read.calls);
    const answer = start(read);
    const entry: InFlight = { answer, ...read };
    const settled = (): void => {
      if (inFlight.get(key) === entry) inFlight.delete(key);
      reads.count -= 1;
      if (reads.count === 0) principals.delete(caller.principal.key);
    };
    inFlight.set(key, entry);
    answer.then(settled, settled);
    return raceAbort(caller.scope, answer);
  }

  return {
    lookUp(caller, id) {
      const { principal } = caller;
      const reads = readsOf(principal);
      const loader = (reads.loader ??= createLoader(principal));
      return share(caller, reads, reads.lookups, id, (read) => loader.load({ id, read }));
    },
    read(caller, key, read) {
      const { principal } = caller;
      const reads = readsOf(principal);
      return share(caller, reads, reads.lists, key, (shared) => read({ principal, ...shared }));
    },
    invalidate({ key }, id) {
      const reads = principals.get(key);
      reads?.lookups.delete(id);
      reads?.lists.clear();
    },
  };
}
