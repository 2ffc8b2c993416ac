import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import type { TaskStatus } from '../../model/task-status.model.js';
import { oneOf } from '../../translation/filter.grammar.js';
import { MAX_IDS_PER_CALL, toIdRuns } from '../../translation/id.translator.js';
import type { CallRecord } from '../../telemetry/call-record.js';
import { SharedScope, type CallScope } from '../../upstream/call-scope.js';
import type { TaskStatusApi } from '../../upstream/task-status.api.js';
import { statusOf, UpstreamError } from '../../upstream/upstream-error.js';
import type { BatchScheduler } from './batch-scheduler.js';

/** What the waiters of a read share. The scope is aborted when the last waiter is. Each waiter records the calls. */
export interface SharedRead {
  readonly scope: CallScope;
  readonly calls: CallRecord;
}

/** A task to look up, and what the operations that wait for it share. */
interface Lookup {
  readonly id: string;
  readonly read: SharedRead;
}

/** Loads a task by its id; null if the upstream has none. Joins lookups; caches nothing. */
export type TaskStatusLoader = DataLoader<Lookup, TaskStatus | null>;

/** Maximum single reads in flight: of tasks for one principal, and of sources' lists for one operation. */
export const MAX_SINGLE_LOOKUPS = 8;

/** Statuses that refuse a batch as a whole and say nothing about its ids. The ids are then looked up one by one. */
const REFUSED_AS_A_WHOLE = new Set<number | undefined>([400, 404, 413, 414, 431]);

/** Whether a joined call failed in a way that its parts might not. */
export function isRefusedAsAWhole(error: unknown): boolean {
  return REFUSED_AS_A_WHOLE.has(statusOf(error)) || isOversized(error);
}

function isOversized(error: unknown): boolean {
  return error instanceof UpstreamError && error.details.failure === 'oversized';
}

type Found = TaskStatus | Error | null;

/** The scope and the record of a call for these ids. */
type ReadOf = (ids: readonly string[]) => SharedRead;

/** Reads tasks for a loader. */
export interface LoaderReads {
  one(id: string, read: SharedRead): Promise<TaskStatus | null>;
  list(filters: string, read: SharedRead): Promise<TaskStatus[]>;
}

/**
 * Joins lookups into `id in (…)` calls. Answers are matched by id and never depend on the batch: ids that a list can't
 * answer are looked up alone.
 */
export function createTaskStatusLoader(
  version: TaskStatusApi['version'],
  reads: LoaderReads,
  scheduler: BatchScheduler,
): TaskStatusLoader {
  const limit = pLimit(MAX_SINGLE_LOOKUPS);

  const readOne = (id: string, readOf: ReadOf): Promise<Found> =>
    limit(() => reads.one(id, readOf([id]))).catch((error: unknown) => {
      if (statusOf(error) === 404) return null;
      return error as Error;
    });

  const readEach = async (ids: readonly string[], readOf: ReadOf): Promise<[string, Found][]> =>
    Promise.all(ids.map(async (id): Promise<[string, Found]> => [id, await readOne(id, readOf)]));

  async function readRun(ids: readonly string[], readOf: ReadOf): Promise<[string, Found][]> {
    if (ids.length === 1) return readEach(ids, readOf);
    let rows: TaskStatus[];
    try {
      rows = await reads.list(oneOf('id', ids), readOf(ids));
    } catch (error) {
      if (isOversized(error)) {
        const half = Math.ceil(ids.length / 2);
        const halves = [ids.slice(0, half), ids.slice(half)];
        return (await Promise.all(halves.map((part) => readRun(part, readOf)))).flat();
      }
      if (isRefusedAsAWhole(error)) return readEach(ids, readOf);
      return ids.map((id) => [id, error as Error]);
    }
    const found = new Map<string, Found>();
    for (const row of rows) found.set(row.id, row);
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0) {
      const folded = new Set(rows.map((row) => row.id.toLowerCase()));
      // The list might lack pending tasks, or it might return an id in another case.
      const isOpen = (id: string): boolean => !version.listHoldsPending || folded.has(id.toLowerCase());
      for (const [id, task] of await readEach(missing.filter(isOpen), readOf)) found.set(id, task);
    }
    return ids.map((id) => [id, found.get(id) ?? null]);
  }

  return new DataLoader<Lookup, TaskStatus | null>(
    async (lookups) => {
      const waiting = readsById(lookups);
      const readOf: ReadOf = (ids) => joined(ids.flatMap((id) => waiting.get(id) ?? []));
      const runs = toIdRuns([...waiting.keys()]).map((ids) => readRun(ids, readOf));
      const answers = new Map((await scheduler.watch(Promise.all(runs))).flat());
      return lookups.map(({ id }) => answers.get(id) ?? null);
    },
    {
      cache: false,
      maxBatchSize: MAX_IDS_PER_CALL,
      batchScheduleFn: (send) => {
        scheduler.schedule(send);
      },
    },
  );
}

/** Groups reads by id. An id has two if its first lookup was aborted or invalidated before its batch left. */
function readsById(lookups: readonly Lookup[]): Map<string, SharedRead[]> {
  const reads = new Map<string, SharedRead[]>();
  for (const { id, read } of lookups) {
    const others = reads.get(id);
    if (others) others.push(read);
    else reads.set(id, [read]);
  }
  return reads;
}

/** Returns what the lookups of a joined call share. The scope is aborted when nobody waits for any of them. */
function joined(reads: readonly SharedRead[]): SharedRead {
  const calls: SharedRead['calls'] = [];
  for (const read of reads) read.calls.push(calls);
  return { scope: new SharedScope(reads.map(({ scope }) => scope)), calls };
}
