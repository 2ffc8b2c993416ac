import type { PageInfo, TaskStatusConnection, TaskStatusEdge } from '../model/connection.model.js';
import type { TaskStatus } from '../model/task-status.model.js';
import { encodeCursor, type Position } from '../translation/cursor.js';
import { MAX_ROWS, type PageRequest } from '../translation/page.translator.js';
import { positionAt, rowsAfter, type PlacedRow } from './cursor-seek.js';
import type { OffsetList } from './offset-list.js';

/** Selected fields of a page: its rows (or their cursors), whether more follow, the total. */
export interface PageSelection {
  readonly rows: boolean;
  readonly hasNextPage: boolean;
  readonly totalCount: boolean;
}

interface Page {
  readonly rows: readonly PlacedRow[];
  readonly hasNextPage: boolean;
  readonly totalCount: number | null;
}

/** Reads a page of a list with no more calls than the selected fields need. Makes none if nothing is selected. */
export async function readTaskPage(
  list: OffsetList,
  request: PageRequest,
  selected: PageSelection,
): Promise<TaskStatusConnection> {
  return new TaskPage(await read(), request);

  async function read(): Promise<Page> {
    if (!selected.rows && !selected.hasNextPage) {
      return { rows: [], hasNextPage: false, totalCount: selected.totalCount ? await list.total() : null };
    }
    return 'after' in request.start
      ? await readAfter(list, request, request.start.after, selected)
      : await readAt(list, request.size, request.start.offset, selected);
  }
}

/**
 * Reads a page at an offset in one call. One row more than requested shows whether more follow. If a call can't carry
 * one more, the total shows it. If the upstream doesn't send the total, another call is made.
 */
async function readAt(
  list: OffsetList,
  size: number,
  offset: number,
  selected: PageSelection,
): Promise<Page> {
  const peek = selected.hasNextPage && size < MAX_ROWS ? 1 : 0;
  const count = selected.totalCount || (selected.hasNextPage && size === MAX_ROWS);
  const { rows, total, ended } = await list.slice(offset, size + peek, count);
  const hasNextPage = async (): Promise<boolean> => {
    if (peek === 1) return rows.length > size;
    if (ended) return false;
    if (total !== null) return total > offset + size;
    return (await list.slice(offset + size, 1, false)).rows.length > 0;
  };
  const placed: PlacedRow[] = [];
  rows.slice(0, size).forEach((task, index) => {
    if (task !== undefined) placed.push({ task, offset: offset + index });
  });
  return {
    rows: placed,
    hasNextPage: selected.hasNextPage && (await hasNextPage()),
    totalCount: total,
  };
}

async function readAfter(
  list: OffsetList,
  { size, order }: PageRequest,
  after: Position,
  selected: PageSelection,
): Promise<Page> {
  const peek = selected.hasNextPage ? 1 : 0;
  const { rows, total } = await rowsAfter(list, after, order, size + peek, selected.totalCount);
  return { rows: rows.slice(0, size), hasNextPage: rows.length > size, totalCount: total };
}

/**
 * A connection that is its own page info. Makes edges and cursors only when they are read. A class, not a literal with
 * getters: see `readTaskStatus`.
 */
class TaskPage implements TaskStatusConnection, PageInfo {
  readonly nodes: TaskStatus[];
  readonly hasNextPage: boolean;
  readonly totalCount: number | null;
  private positions: Position[] | undefined;

  constructor(
    private readonly page: Page,
    private readonly request: PageRequest,
  ) {
    this.nodes = page.rows.map(({ task }) => task);
    this.hasNextPage = page.hasNextPage;
    this.totalCount = page.totalCount;
  }

  get pageInfo(): PageInfo {
    return this;
  }
  get hasPreviousPage(): boolean {
    const { start } = this.request;
    return 'after' in start || start.offset > 0;
  }
  get startCursor(): string | null {
    return this.cursors(0, 1)[0] ?? null;
  }
  get endCursor(): string | null {
    return this.cursors(-1)[0] ?? null;
  }
  get edges(): TaskStatusEdge[] {
    const cursors = this.cursors();
    return this.nodes.map((node, index) => ({ node, cursor: cursors[index] ?? '' }));
  }

  /** Returns the cursors of a slice of the rows. Each depends on the rows before it. */
  private cursors(from?: number, to?: number): string[] {
    const { start, cursorOrder, scope } = this.request;
    let position = 'after' in start ? start.after : undefined;
    this.positions ??= this.page.rows.map((row) => (position = positionAt(row, position, cursorOrder)));
    const mark = scope();
    return this.positions.slice(from, to).map((each) => encodeCursor(each, mark));
  }
}
