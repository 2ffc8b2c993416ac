import type { TaskStatus } from '../model/task-status.model.js';
import type { Authorization } from '../upstream/task-status.api.js';
import type { TaskStatusLoader } from './task-status.loader.js';

/**
 * What the operations of one principal that are under way at the same time share: look-ups, which are joined into
 * calls, and identical reads. A principal is one exact `Authorization` value: nothing is ever shared between two.
 * Nothing is remembered: a read is shared only while it is under way.
 */
export interface SharedReads {
  readonly lookUp: (authorization: Authorization, id: string) => Promise<TaskStatus | null>;
  /** `key` names the read; it must tell apart all reads that could answer differently. */
  readonly read: <T>(authorization: Authorization, key: string, read: () => Promise<T>) => Promise<T>;
  /** After this, no read of the principal joins one that was sent before: its task with this id has changed. */
  readonly forget: (authorization: Authorization, id: string) => void;
}

/** A read that is under way; its answer is undefined once it has come. */
interface UnderWay {
  answer: Promise<unknown> | undefined;
}

interface Principal {
  loader?: TaskStatusLoader;
  readonly lookUps: Map<string, UnderWay>;
  readonly reads: Map<string, UnderWay>;
  /** How many reads are under way; without any, nothing of the principal is kept. */
  underWay: number;
}

/** Makes the shared reads of a gateway; `createLoader` makes the loader that calls as a given principal. */
export function createSharedReads(
  createLoader: (authorization: Authorization) => TaskStatusLoader,
): SharedReads {
  const principals = new Map<Authorization, Principal>();

  function principalOf(authorization: Authorization): Principal {
    let principal = principals.get(authorization);
    if (principal === undefined) {
      principal = { lookUps: new Map(), reads: new Map(), underWay: 0 };
      principals.set(authorization, principal);
    }
    return principal;
  }

  function share<T>(
    authorization: Authorization,
    principal: Principal,
    underWay: Map<string, UnderWay>,
    key: string,
    start: () => Promise<T>,
  ): Promise<T> {
    const known = underWay.get(key)?.answer as Promise<T> | undefined;
    if (known !== undefined) return known;
    principal.underWay += 1;
    const answer = start();
    const entry: UnderWay = { answer };
    const settled = (): void => {
      // What a map has outgrown may live on with all that it held: an answer is not to live on with it.
      entry.answer = undefined;
      if (underWay.get(key) === entry) underWay.delete(key);
      principal.underWay -= 1;
      if (principal.underWay === 0) principals.delete(authorization);
    };
    underWay.set(key, entry);
    answer.then(settled, settled);
    return answer;
  }

  return {
    lookUp(authorization, id) {
      const principal = principalOf(authorization);
      principal.loader ??= createLoader(authorization);
      const { loader } = principal;
      return share(authorization, principal, principal.lookUps, id, () => loader.load(id));
    },
    read(authorization, key, read) {
      const principal = principalOf(authorization);
      return share(authorization, principal, principal.reads, key, read);
    },
    forget(authorization, id) {
      const principal = principals.get(authorization);
      principal?.lookUps.delete(id);
      principal?.reads.clear();
    },
  };
}
