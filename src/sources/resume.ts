import { SortDirection } from '../model/enums.js';
import type { TaskStatus } from '../model/task-status.model.js';
import type { Position } from '../translation/cursor.js';
import { MAX_ROWS, type Order } from '../translation/page.translator.js';
import type { RowSequence, Window } from './row-sequence.js';

/** A row and the offset at which it was read. */
export interface PlacedRow {
  readonly task: TaskStatus;
  readonly offset: number;
}

/** A row's `created` in epoch milliseconds; null where it has none. */
export function createdMs({ created }: TaskStatus): number | null {
  return created === null ? null : Date.parse(created);
}

/** How many rows a cursor of an unsorted list names, so that it holds while some of them leave. */
const NAMED_ROWS = 10;

/** The position behind which a list goes on after a row, given the position before it. */
export function positionAt(
  { task, offset }: PlacedRow,
  before: Position | undefined,
  order: Order,
): Position {
  const created = createdMs(task);
  const kept = order === undefined || before?.created === created ? (before?.ids ?? []) : [];
  const ids = [...kept, task.id];
  return { offset, created, ids: order === undefined ? ids.slice(-NAMED_ROWS) : ids };
}

/**
 * The next `wanted` rows behind a position, fewer only at the end of the list; `total` as the first call gave it.
 * Each call overlaps the one before by a row, which shows that nothing slipped through while offsets shifted.
 */
export async function rowsAfter(
  sequence: RowSequence,
  after: Position,
  order: Order,
  wanted: number,
  count: boolean,
): Promise<{ rows: PlacedRow[]; total: number | null }> {
  const rows: PlacedRow[] = [];
  let position = after;
  let total: number | null = null;
  let size = Math.min(MAX_ROWS, wanted + 1);
  for (let first = true; ; first = false) {
    const window = await locate(sequence, position, order, size, count && first);
    if (first) total = window.total;
    const next = behind(window, position, order).slice(0, wanted - rows.length);
    for (const row of next) position = positionAt(row, position, order);
    rows.push(...next);
    const stuck = next.length === 0 && size === MAX_ROWS; // only rows without an id follow
    if (rows.length === wanted || window.ended || stuck) return { rows, total };
    size = next.length === 0 ? MAX_ROWS : Math.min(MAX_ROWS, wanted - rows.length + 1);
  }
}

/** The rows of a window that are behind the position. Ties of the position's row that it doesn't name are new rows. */
function behind({ offset, rows }: Window, position: Position, order: Order): PlacedRow[] {
  const boundary = boundaryOf(rows, position, order);
  return rows.flatMap((task, index) => {
    if (task === undefined || position.ids.includes(task.id)) return [];
    const tied = order !== undefined && createdMs(task) === position.created;
    return index >= boundary || tied ? [{ task, offset: offset + index }] : [];
  });
}

/** How many of a window's rows are at or before the position: up to its own rows, or by date where those are gone. */
function boundaryOf(rows: Window['rows'], position: Position, order: Order): number {
  const own = rows.findLastIndex((task) => task !== undefined && position.ids.includes(task.id));
  if (own >= 0 || order === undefined) return own + 1;
  return (
    rows.findLastIndex((task) => task !== undefined && !isBeyond(createdMs(task), position.created, order)) +
    1
  );
}

/** Whether `a` comes after `b` in the order. A row without a date counts as the oldest of all. */
function isBeyond(a: number | null, b: number | null, order: SortDirection): boolean {
  const difference = (a ?? -Infinity) - (b ?? -Infinity);
  return order === SortDirection.DESC ? difference < 0 : difference > 0;
}

/**
 * A window that begins at or before the position's row and reaches beyond it, or to the list's end. Looks first
 * where the row was; from there in growing strides, then by halves, since the list is sorted.
 */
async function locate(
  sequence: RowSequence,
  position: Position,
  order: Order,
  size: number,
  count: boolean,
): Promise<Window> {
  const first = await sequence.window(position.offset, size, count);
  if (covers(first, position, order)) return first;
  const found =
    order === undefined ? await scan(sequence, position) : await search(sequence, first, position, order);
  // The row is gone and there is no order to place it by: the offset is all that is left of it.
  return { ...(found ?? first), total: first.total };
}

function covers(window: Window, position: Position, order: Order): boolean {
  const boundary = boundaryOf(window.rows, position, order);
  return (boundary > 0 || window.offset === 0) && (boundary < window.rows.length || window.ended);
}

async function scan(sequence: RowSequence, position: Position): Promise<Window | undefined> {
  for (let offset = 0; ; offset += MAX_ROWS - 1) {
    const window = await sequence.window(offset, MAX_ROWS, false);
    if (covers(window, position, undefined) && boundaryOf(window.rows, position, undefined) > 0)
      return window;
    if (window.ended) return undefined;
  }
}

async function search(
  sequence: RowSequence,
  missed: Window,
  position: Position,
  order: Order,
): Promise<Window> {
  let low = 0; // a row at or before the position is at this offset, or the list begins here
  let high = Infinity; // a row beyond the position, or the list's end, is at this offset
  let stride = 0;
  for (let window = missed; ; stride = stride === 0 ? MAX_ROWS : stride * 2) {
    if (boundaryOf(window.rows, position, order) === 0) {
      high = window.offset;
      if (low >= high) low = 0;
    } else {
      low = window.offset + window.rows.length - 1;
      if (low >= high) high = Infinity;
    }
    const offset =
      high === Infinity
        ? low + stride
        : low === 0
          ? Math.max(0, high - MAX_ROWS + 1 - stride)
          : high - low < MAX_ROWS
            ? low
            : Math.floor((low + high) / 2);
    window = await sequence.window(offset, MAX_ROWS, false);
    if (covers(window, position, order)) return window;
  }
}
