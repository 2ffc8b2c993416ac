import DataLoader from 'dataloader';
import pLimit, { type LimitFunction } from 'p-limit';
import type { TaskStatus } from '../model/task-status.model.js';
import { ofSources, toSelection, type TaskFilter } from '../translation/filter.translator.js';
import { allOf } from '../translation/filter.grammar.js';
import { toIdRuns } from '../translation/id.translator.js';
import { MAX_ROWS, type Order } from '../translation/page.translator.js';
import type { TaskStatusApi } from '../upstream/task-status.api.js';
import { loadedList, type OffsetList } from './offset-list.js';
import { isRefusedAsAWhole, MAX_SINGLE_LOOKUPS } from './lookups/task-status.loader.js';

/** The lists of many sources, each as if it were read alone. Lives for one operation. */
export interface SourceRows {
  /** Returns the source's rows that match a filter. The filter must be one for the list, not for the pending tasks. */
  of(id: string, filter: TaskFilter, order: Order): OffsetList;
  /** Drops the rows that were read. */
  clear(): void;
}

/** A source's first rows: all of them (`whole`), or those that a joined call reached. */
interface Known {
  readonly rows: readonly TaskStatus[];
  readonly whole: boolean;
}

/** What a joined call found of a source. If undefined, the source is read alone. */
type Found = Known | Error | undefined;

/**
 * Joins the lists of sources that are read at the same time, with the same filter and order, into `sourceId in (…)`
 * calls. Each asks for as many rows as a call can have. If fewer come, every source's list is complete. Otherwise each
 * source has the first rows of its list, because the order is the same, and is read alone only for what goes beyond
 * them.
 */
export function createSourceRows(
  version: TaskStatusApi['version'],
  listOf: (filters: string | undefined, order: Order) => OffsetList,
): SourceRows {
  const loaders = new Map<string, DataLoader<string, Known | undefined>>();
  let limit: LimitFunction | undefined;
  const limited = <T>(read: () => Promise<T>): Promise<T> => (limit ??= pLimit(MAX_SINGLE_LOOKUPS))(read);

  const rowsOf = (ids: readonly string[], filter: TaskFilter, order: Order): OffsetList =>
    listOf(filtersOf(ofSources(filter, ids)), order);

  function filtersOf(filter: TaskFilter): string | undefined {
    const selection = toSelection(filter, version);
    return selection.from === 'list' ? selection.filters : undefined;
  }

  function loaderOf(filter: TaskFilter, order: Order): DataLoader<string, Known | undefined> {
    const key = JSON.stringify([filter, order]);
    const loader =
      loaders.get(key) ??
      new DataLoader<string, Known | undefined>(
        async (ids) => {
          const frame = allOf([filtersOf(filter) ?? '', 'sourceId in ()']);
          const runs = toIdRuns(ids, frame).map((run) => readRun(run, (ids) => rowsOf(ids, filter, order)));
          const found = new Map((await Promise.all(runs)).flat());
          return ids.map((id) => found.get(id));
        },
        { cacheKeyFn: (id) => id.toLowerCase() },
      );
    loaders.set(key, loader);
    return loader;
  }

  return {
    of(id, filter, order) {
      const alone = rowsOf([id], filter, order);
      const known = (): Promise<Known | undefined> => loaderOf(filter, order).load(id);
      return {
        async slice(offset, size, count) {
          const { rows, whole } = (await known()) ?? { rows: [], whole: false };
          const reaches = whole || (!count && offset + size <= rows.length);
          if (!reaches) return limited(() => alone.slice(offset, size, count));
          const slice = await loadedList(() => Promise.resolve(rows)).slice(offset, size, count);
          return whole ? slice : { ...slice, total: null, ended: false };
        },
        async total() {
          const source = await known();
          return source?.whole ? source.rows.length : limited(() => alone.total());
        },
      };
    },
    clear: () => {
      loaders.clear();
    },
  };
}

/** Reads the rows of several sources in one call, and splits them by source. */
async function readRun(
  ids: readonly string[],
  rowsOf: (ids: readonly string[]) => OffsetList,
): Promise<[string, Found][]> {
  if (ids.length === 1) return [];
  try {
    const { rows, ended } = await rowsOf(ids).slice(0, MAX_ROWS, false);
    const parts = distribute(rows, ids);
    return ids.flatMap((id, index): [string, Found][] => {
      const part = parts?.[index];
      return part ? [[id, { rows: part, whole: ended }]] : [];
    });
  } catch (error) {
    return isRefusedAsAWhole(error) ? [] : ids.map((id) => [id, error as Error]);
  }
}

/**
 * Splits rows by source, by the id of their target. Ignores case, as the upstream does. Undefined if a row has no id or
 * is from none of these sources, because then nothing is certain.
 */
function distribute(
  rows: readonly (TaskStatus | undefined)[],
  ids: readonly string[],
): TaskStatus[][] | undefined {
  const parts = new Map(ids.map((id): [string, TaskStatus[]] => [id.toLowerCase(), []]));
  for (const row of rows) {
    const part = parts.get(row?.target?.id?.toLowerCase() ?? '');
    if (row === undefined || part === undefined) return undefined;
    part.push(row);
  }
  return [...parts.values()];
}
