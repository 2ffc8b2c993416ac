import type { PageInfo, TaskStatusConnection, TaskStatusEdge } from '../model/connection.model.js';
import type { TaskStatus } from '../model/task-status.model.js';
import { encodeCursor, type Position } from '../translation/cursor.js';
import { MAX_ROWS, type PageRequest } from '../translation/page.translator.js';
import { positionAt, rowsAfter, type PlacedRow } from './cursor-seek.js';
import type { OffsetList } from './offset-list.js';

/** What of a page is selected: its rows (or their cursors), whether more follow, the total. */
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

/** A page of a list by no more calls than the selected fields need. Makes none if nothing is selected. */
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
 * A page at an offset, in one call: one row more than asked tells whether more follow. Where a call can't carry
 * one more, the total tells, and only where the upstream doesn't say it is another call made.
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
 * A connection, which is its own page info; edges and cursors are made only when they are read. A class, not a literal
 * with getters: see the reader of rows.
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

  /** The cursors of a slice of the rows. Each hangs on the rows before it. */
  private cursors(from?: number, to?: number): string[] {
    const { start, cursorOrder, scope } = this.request;
    let position = 'after' in start ? start.after : undefined;
    this.positions ??= this.page.rows.map((row) => (position = positionAt(row, position, cursorOrder)));
    const mark = scope();
    return this.positions.slice(from, to).map((each) => encodeCursor(each, mark));
  }
}
