import { SortDirection } from '../model/enums.js';
import type { TaskStatusConnection } from '../model/connection.model.js';
import type {
  PageArgs,
  TaskStatusChangedArgs,
  TaskStatusesArgs,
  UpdateTaskStatusInput,
} from '../model/inputs.js';
import type { TaskStatusChange } from '../model/live.model.js';
import type { TaskStatus } from '../model/task-status.model.js';
import {
  ofSources,
  PENDING,
  readFilter,
  toSelection,
  type TaskMatch,
  type TaskFilter,
  type TaskSelection,
} from '../translation/filter.translator.js';
import { checkId } from '../translation/id.translator.js';
import { toJsonPatch } from '../translation/json-patch.translator.js';
import { readPage, type Order, type PageSubject } from '../translation/page.translator.js';
import { readTaskStatus } from '../translation/task-status.reader.js';
import { toGraphQLError } from '../translation/upstream-error.translator.js';
import { raceAbort } from '../upstream/call-scope.js';
import type { Caller, ListQuery, TaskStatusApi } from '../upstream/task-status.api.js';
import type { Delivery } from '../upstream/delivery.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import type { Log } from '../telemetry/logger.js';
import { readAll, loadedList, type OffsetList } from './offset-list.js';
import { createdMs } from './cursor-seek.js';
import { createSourceRows, type SourceRows } from './source-rows.js';
import { readTaskPage, type PageSelection } from './task-page.js';
import { RequestCache } from './lookups/request-cache.js';
import type { TaskReads, TaskRows } from './lookups/task-reads.js';
import type { TaskWatchers } from './watching/task-watchers.js';

/**
 * One caller's view of the upstream, for one operation. Failed reads throw `UpstreamError`. Failed updates and bad
 * input throw `GraphQLError`.
 */
export interface TaskStatusDataSource {
  byId(id: string): Promise<TaskStatus | null>;
  list(args: TaskStatusesArgs, selected: PageSelection): Promise<TaskStatusConnection>;
  pending(args: PageArgs, selected: PageSelection): Promise<TaskStatusConnection>;
  /** The same for one source. Joins the lists of many sources into as few calls as possible. */
  listOfSource(id: string, args: TaskStatusesArgs, selected: PageSelection): Promise<TaskStatusConnection>;
  pendingOfSource(id: string, args: PageArgs, selected: PageSelection): Promise<TaskStatusConnection>;
  /** Null if the update was applied, but its answer could not be read. */
  update(input: UpdateTaskStatusInput): Promise<TaskStatus | null>;
  /** Events about the tasks to watch. They don't end with the operation's deadline. @throws GraphQLError */
  watch(args: TaskStatusChangedArgs): AsyncIterable<TaskStatusChange>;
}

/**
 * Creates one caller's view. Sends the caller's token and scope with every call. Caches what was read for this
 * operation only.
 */
export function createTaskStatusDataSource(
  api: TaskStatusApi,
  reads: TaskReads,
  watchers: TaskWatchers,
  caller: Caller,
  log: Log,
  now: () => number,
): TaskStatusDataSource {
  return new OperationDataSource(api, reads, watchers, caller, log, now);
}

/** A class, because each operation has one: closures took 2 KB more. */
class OperationDataSource implements TaskStatusDataSource {
  private readonly cache: RequestCache;
  private sourceRows: SourceRows | undefined;
  private pendingTasks: Promise<readonly TaskStatus[]> | undefined;

  constructor(
    private readonly api: TaskStatusApi,
    private readonly reads: TaskReads,
    private readonly watchers: TaskWatchers,
    private readonly caller: Caller,
    private readonly log: Log,
    private readonly now: () => number,
  ) {
    this.cache = new RequestCache((id) => reads.byId(caller, id));
  }

  // Checks reject the promise, as every other failure does.
  async byId(id: string): Promise<TaskStatus | null> {
    return this.cache.load(checkId(id, 'id'));
  }

  async list(
    { filter: given, sort, ...args }: TaskStatusesArgs,
    selected: PageSelection,
  ): Promise<TaskStatusConnection> {
    const filter = readFilter(given);
    const request = readPage(args, { field: 'taskStatuses', filter, sort });
    const selection = toSelection(filter, this.api.version);
    return readTaskPage(this.rowsOf(selection, request.order, selected), request, selected);
  }

  async pending(args: PageArgs, selected: PageSelection): Promise<TaskStatusConnection> {
    const request = readPage(args, { field: 'pendingTasks', cursorOrder: SortDirection.DESC });
    const selection = toSelection(PENDING, this.api.version);
    return readTaskPage(this.rowsOf(selection, request.order, selected), request, selected);
  }

  async listOfSource(
    id: string,
    { filter, sort, ...args }: TaskStatusesArgs,
    selected: PageSelection,
  ): Promise<TaskStatusConnection> {
    return this.pageOfSource(
      id,
      args,
      { field: 'Source.taskStatuses', filter: readFilter(filter), sort },
      selected,
    );
  }

  async pendingOfSource(id: string, args: PageArgs, selected: PageSelection): Promise<TaskStatusConnection> {
    const subject = { field: 'Source.pendingTasks', filter: PENDING, cursorOrder: SortDirection.DESC };
    return this.pageOfSource(id, args, subject, selected);
  }

  async update({ id, patch }: UpdateTaskStatusInput): Promise<TaskStatus | null> {
    const { api, reads, caller, cache } = this;
    const operations = toJsonPatch(patch, 'input.patch');
    reads.invalidate(caller.principal, id);
    let delivery: Delivery = 'unsent';
    const sent = api.updateTaskStatus(checkId(id, 'input.id'), operations, caller, (state) => {
      delivery = state;
    });
    const wire = await raceAbort(caller.scope, sent)
      .catch((error: unknown) => {
        if (delivery === 'applied') return undefined;
        throw error instanceof UpstreamError ? toGraphQLError(error, delivery === 'sent') : error;
      })
      .finally(() => {
        reads.invalidate(caller.principal, id);
        cache.delete(id);
        this.sourceRows?.clear();
        this.pendingTasks = undefined;
      });
    const task = readTaskStatus(wire, this.now);
    if (task === undefined) this.log.warn('an update was applied, but its answer could not be read');
    else cache.add([task]);
    this.watchers.learn(caller.principal, [task]);
    return task ?? null;
  }

  watch({ filter, ids }: TaskStatusChangedArgs): AsyncIterable<TaskStatusChange> {
    return this.watchers.watch(this.caller.principal, readFilter(filter), ids ?? undefined);
  }

  /**
   * Reads a page of one source's rows: from the list, joined with other sources, or from the pending tasks, read once.
   */
  private pageOfSource(
    given: string,
    args: PageArgs,
    { filter, ...subject }: PageSubject & { filter: TaskFilter },
    selected: PageSelection,
  ): Promise<TaskStatusConnection> {
    const id = checkId(given, 'id');
    const own = ofSources(filter, [id]);
    const request = readPage(args, { ...subject, filter: own });
    const selection = toSelection(own, this.api.version);
    const rows =
      selection.from === 'list'
        ? this.joinedRows().of(id, filter, request.order)
        : this.rowsOf(selection, request.order, selected);
    return readTaskPage(rows, request, selected);
  }

  private joinedRows(): SourceRows {
    this.sourceRows ??= createSourceRows(this.api.version, (filters, order) => this.listRows(filters, order));
    return this.sourceRows;
  }

  private rowsOf(selection: TaskSelection, order: Order, selected: PageSelection): OffsetList {
    switch (selection.from) {
      case 'nothing':
        return loadedList(() => Promise.resolve([]));
      case 'list':
        return this.listRows(selection.filters, order);
      case 'pending':
        return this.pendingRows(order, selected, selection.matches);
    }
  }

  private listRows(filters: string | undefined, order: Order): OffsetList {
    const { reads, caller } = this;
    const sorters = order && (order === SortDirection.DESC ? '-created' : 'created');
    return this.remote(
      ({ limit, offset, count }) => reads.list(caller, { limit, offset, count, filters, sorters }),
      async () => (await reads.list(caller, { limit: 1, count: true, filters })).totalCount,
    );
  }

  /** The pending tasks, as the upstream pages them. Loads all of them into memory if they must be matched or sorted. */
  private pendingRows(order: Order, selected: PageSelection, matches?: TaskMatch): OffsetList {
    const { reads, caller } = this;
    const paged = this.remote(
      (query) => reads.pending(caller, query),
      () => reads.pendingTotal(caller),
    );
    const asIs = order === undefined || (!selected.rows && !selected.hasNextPage);
    if (matches === undefined && asIs) return paged;
    return loadedList(async () => {
      // Read once for all fields that match or sort them.
      const tasks = await (this.pendingTasks ??= readAll(paged));
      return sorted(matches ? tasks.filter(matches) : tasks, order);
    });
  }

  /** A list of the upstream. Caches its rows as they arrive. */
  private remote(
    fetch: (query: ListQuery) => Promise<TaskRows>,
    total: () => Promise<number | null>,
  ): OffsetList {
    const { cache } = this;
    return {
      total,
      async slice(offset, size, count) {
        const { rows, totalCount: total } = await fetch({
          limit: size,
          offset: offset > 0 ? offset : undefined,
          count: count || undefined,
        });
        cache.add(rows);
        return { offset, rows, total, ended: rows.length < size };
      },
    };
  }
}

/** Sorts by `created`, then by id. Rows without a date are the oldest. Keeps the order if none is requested. */
function sorted(tasks: readonly TaskStatus[], order: Order): readonly TaskStatus[] {
  if (order === undefined) return tasks;
  const sign = order === SortDirection.DESC ? -1 : 1;
  return tasks
    .map((task) => ({ task, at: createdMs(task) ?? -Infinity }))
    .sort((a, b) => (a.at === b.at ? (a.task.id < b.task.id ? -1 : 1) : (a.at < b.at ? -1 : 1) * sign))
    .map(({ task }) => task);
}
