import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import type { TaskStatus } from '../model/task-status.model.js';
import { oneOf } from '../translation/filter.grammar.js';
import { MAX_IDS_PER_CALL, toIdRuns } from '../translation/id.translator.js';
import { sharedScopeOf, type CallScope, type Waiters } from '../upstream/call-scope.js';
import type { TaskStatusApi } from '../upstream/task-status.api.js';
import { statusOf, UpstreamError } from '../upstream/upstream-error.js';
import { createBatchScheduler } from './batch-scheduler.js';

/** A task that is looked up, and for whom. */
export interface Lookup {
  readonly id: string;
  readonly waiting: Waiters;
}

/** A task by its id: null where the upstream has none. It joins look-ups and remembers none of them. */
export type TaskStatusLoader = DataLoader<Lookup, TaskStatus | null>;

/** How many single calls of one principal or operation are under way at a time. */
export const SINGLES_AT_A_TIME = 8;

/** A run that is refused as a whole says nothing about its ids: they are looked up one by one then. */
const REFUSED_AS_A_WHOLE = new Set<number | undefined>([400, 404, 413, 414, 431]);

/** Whether a joined call failed in a way that its parts, asked one by one, need not. */
export function isRefusedAsAWhole(error: unknown): boolean {
  return REFUSED_AS_A_WHOLE.has(statusOf(error)) || isOversized(error);
}

function isOversized(error: unknown): boolean {
  return error instanceof UpstreamError && error.details.failure === 'oversized';
}

type Found = TaskStatus | Error | null;

/** The shared scope of all operations that wait for any of these ids. */
type ScopeFor = (ids: readonly string[]) => CallScope;

/** Reads rows for a loader; what a row is read to is the caller's business. */
export interface LoaderReads {
  one(id: string, scope: CallScope): Promise<TaskStatus | null>;
  list(filters: string, scope: CallScope): Promise<TaskStatus[]>;
}

/**
 * Joins look-ups into `id in (…)` calls, each of which may gather some more before it is sent. Answers are matched by
 * id, and an answer never depends on how it was batched: what a list can't answer is looked up alone.
 */
export function createTaskStatusLoader(
  version: TaskStatusApi['version'],
  reads: LoaderReads,
  gather: (send: () => void) => void,
): TaskStatusLoader {
  const limit = pLimit(SINGLES_AT_A_TIME);

  const readOne = (id: string, scopeFor: ScopeFor): Promise<Found> =>
    limit(() => reads.one(id, scopeFor([id]))).catch((error: unknown) => {
      if (statusOf(error) === 404) return null;
      return error as Error;
    });

  const readEach = async (ids: readonly string[], scopeFor: ScopeFor): Promise<[string, Found][]> =>
    Promise.all(ids.map(async (id): Promise<[string, Found]> => [id, await readOne(id, scopeFor)]));

  async function readRun(ids: readonly string[], scopeFor: ScopeFor): Promise<[string, Found][]> {
    if (ids.length === 1) return readEach(ids, scopeFor);
    let rows: TaskStatus[];
    try {
      rows = await reads.list(oneOf('id', ids), scopeFor(ids));
    } catch (error) {
      if (isOversized(error)) {
        const half = Math.ceil(ids.length / 2);
        const halves = [ids.slice(0, half), ids.slice(half)];
        return (await Promise.all(halves.map((part) => readRun(part, scopeFor)))).flat();
      }
      if (isRefusedAsAWhole(error)) return readEach(ids, scopeFor);
      return ids.map((id) => [id, error as Error]);
    }
    const found = new Map<string, Found>();
    for (const row of rows) found.set(row.id, row);
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0) {
      const folded = new Set(rows.map((row) => row.id.toLowerCase()));
      // The list may hold no pending tasks, and it may have answered an id of other casing.
      const isOpen = (id: string): boolean => !version.listHoldsPending || folded.has(id.toLowerCase());
      for (const [id, task] of await readEach(missing.filter(isOpen), scopeFor)) found.set(id, task);
    }
    return ids.map((id) => [id, found.get(id) ?? null]);
  }

  const window = createBatchScheduler();
  return new DataLoader<Lookup, TaskStatus | null>(
    async (lookups) => {
      const waiting = new Map<string, Waiters[]>();
      for (const { id, waiting: who } of lookups) {
        const others = waiting.get(id);
        if (others) others.push(who);
        else waiting.set(id, [who]);
      }
      const scopeFor: ScopeFor = (ids) => sharedScopeOf(ids.flatMap((id) => waiting.get(id) ?? []));
      const runs = toIdRuns([...waiting.keys()]).map((ids) => readRun(ids, scopeFor));
      const answers = new Map((await window.watch(Promise.all(runs))).flat());
      return lookups.map(({ id }) => answers.get(id) ?? null);
    },
    {
      cache: false,
      maxBatchSize: MAX_IDS_PER_CALL,
      batchScheduleFn: (send) => {
        window.schedule(() => {
          gather(send);
        });
      },
    },
  );
}
