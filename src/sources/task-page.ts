import type { PageInfo, TaskStatusConnection, TaskStatusEdge } from '../model/connection.model.js';
import type { TaskStatus } from '../model/task-status.model.js';
import { encodeCursor, type Position } from '../translation/cursor.js';
import { MAX_ROWS, type PageRequest } from '../translation/page.translator.js';
import { positionAt, rowsAfter, type PlacedRow } from './resume.js';
import type { RowSequence } from './row-sequence.js';

/** What of a page is selected: its rows (or their cursors), whether more follow, the total. */
export interface PageNeeds {
  readonly rows: boolean;
  readonly hasNextPage: boolean;
  readonly totalCount: boolean;
}

interface Page {
  readonly rows: readonly PlacedRow[];
  readonly hasNextPage: boolean;
  readonly totalCount: number | null;
}

/** A page of a list for no more calls than what is selected of it needs; none, where nothing is. */
export async function readTaskPage(
  sequence: RowSequence,
  request: PageRequest,
  needs: PageNeeds,
): Promise<TaskStatusConnection> {
  return new TaskPage(await read(), request);

  async function read(): Promise<Page> {
    if (!needs.rows && !needs.hasNextPage) {
      return { rows: [], hasNextPage: false, totalCount: needs.totalCount ? await sequence.total() : null };
    }
    return 'after' in request.start
      ? await readBehind(sequence, request, request.start.after, needs)
      : await readAt(sequence, request.size, request.start.offset, needs);
  }
}

/**
 * A page at an offset, in one call: one row more than asked tells whether more follow. Where a call can't carry
 * one more, the total tells, and only where the upstream doesn't say it is another call made.
 */
async function readAt(sequence: RowSequence, size: number, offset: number, needs: PageNeeds): Promise<Page> {
  const peek = needs.hasNextPage && size < MAX_ROWS ? 1 : 0;
  const count = needs.totalCount || (needs.hasNextPage && size === MAX_ROWS);
  const { rows, total, ended } = await sequence.window(offset, size + peek, count);
  const hasNextPage = async (): Promise<boolean> => {
    if (peek === 1) return rows.length > size;
    if (ended) return false;
    if (total !== null) return total > offset + size;
    return (await sequence.window(offset + size, 1, false)).rows.length > 0;
  };
  const placed: PlacedRow[] = [];
  rows.slice(0, size).forEach((task, index) => {
    if (task !== undefined) placed.push({ task, offset: offset + index });
  });
  return {
    rows: placed,
    hasNextPage: needs.hasNextPage && (await hasNextPage()),
    totalCount: total,
  };
}

async function readBehind(
  sequence: RowSequence,
  { size, order }: PageRequest,
  after: Position,
  needs: PageNeeds,
): Promise<Page> {
  const peek = needs.hasNextPage ? 1 : 0;
  const { rows, total } = await rowsAfter(sequence, after, order, size + peek, needs.totalCount);
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
