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
const NAMED_UNSORTED = 10;

/** How many rows of one instant a cursor of a sorted list names: each cursor of a page holds them. */
const MAX_NAMED = 1_000;

/** More rows of one instant than this are trusted to keep their order, since a call can't carry them twice. */
const TRUSTED_TIES = 120;

/** The position behind which a list goes on after a row, given the position before it. */
export function positionAt(
  { task, offset }: PlacedRow,
  before: Position | undefined,
  order: Order,
): Position {
  const created = createdMs(task);
  const kept = order === undefined || before?.created === created ? (before?.ids ?? []) : [];
  const most = order === undefined ? NAMED_UNSORTED : MAX_NAMED;
  return { offset, created, ids: [...kept, task.id].slice(-most) };
}

/**
 * The next `wanted` rows behind a position, fewer only at the end of the list; `total` as the first call gave it.
 * Each call overlaps what is known by a few rows, which shows that nothing slipped through while offsets shifted.
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
  for (let first = true; ; first = false) {
    const { window, next } = await locate(sequence, position, order, wanted - rows.length, count && first);
    if (first) total = window.total;
    for (const row of next.slice(0, wanted - rows.length)) {
      position = positionAt(row, position, order);
      rows.push(row);
    }
    if (rows.length === wanted || window.ended || next.length === 0) return { rows, total };
  }
}

/** A window as seen from a position. */
interface View {
  readonly window: Window;
  /** Its rows behind the position. */
  readonly next: readonly PlacedRow[];
  /** Whether it begins early enough: no row behind the position can be before the window. */
  readonly reachesBack: boolean;
  /** The last row at which a window could begin and still reach back; -1 where there is none. */
  readonly lastStart: number;
}

/**
 * Looks at a window from a position. In a sorted list a window reaches back if it begins with a row of an earlier
 * instant, since rows of one instant may come in another order each time. Where that order is trusted, and in an
 * unsorted list, it reaches back if it holds a row that the position names. Rows without a date prove nothing.
 */
function look(window: Window, position: Position, order: Order): View {
  const { offset, rows } = window;
  const trusting = isTrusting(position, order);
  const ids = new Set(position.ids);
  const namesAll = position.ids.length < MAX_NAMED;
  const isNamed = (task: Row): boolean => task !== undefined && ids.has(task.id);
  const isBefore = (task: Row): boolean => order !== undefined && isEarlier(task, position.created, order);
  const isTied = (task: TaskStatus): boolean => order !== undefined && createdMs(task) === position.created;

  const named = rows.findLastIndex(isNamed);
  const boundary = named >= 0 ? named : rows.findLastIndex(isBefore);
  const next = rows.flatMap((task, index) =>
    task !== undefined && !isNamed(task) && (index > boundary || (namesAll && isTied(task)))
      ? [{ task, offset: offset + index }]
      : [],
  );
  const first = rows.find((task) => task !== undefined);
  const proven = trusting || first?.created === null ? boundary >= 0 : isBefore(first);
  return {
    window,
    next,
    reachesBack: proven || (offset === 0 && order !== undefined),
    lastStart: trusting ? boundary : rows.findLastIndex(isBefore),
  };
}

type Row = TaskStatus | undefined;

function isTrusting({ ids }: Position, order: Order): boolean {
  return order === undefined || ids.length > TRUSTED_TIES;
}

/** Whether the row comes before the instant in the order. */
function isEarlier(task: Row, instant: number | null, order: SortDirection): boolean {
  const created = task && createdMs(task);
  if (created === null || created === undefined) return false;
  const difference = created - (instant ?? -Infinity);
  return order === SortDirection.DESC ? difference > 0 : difference < 0;
}

/** A window that reaches back to the position and on beyond it, or all that is left to go by: the offset. */
async function locate(
  sequence: RowSequence,
  position: Position,
  order: Order,
  wanted: number,
  count: boolean,
): Promise<View> {
  const overlap = isTrusting(position, order) ? 1 : position.ids.length + 1;
  const size = Math.min(MAX_ROWS, wanted + overlap);
  const at = async (from: number, rows = MAX_ROWS, counted = false): Promise<View> =>
    look(await sequence.window(Math.max(0, from), rows, counted), position, order);

  const first = await at(position.offset + 1 - overlap, size, count);
  if (covers(first)) return first;
  const found = await (order === undefined ? scan(at) : search(at, first));
  return found ? { ...found, window: { ...found.window, total: first.window.total } } : first;
}

function covers({ reachesBack, next, window }: View): boolean {
  return reachesBack && (next.length > 0 || window.ended);
}

/** How many calls a search may take. A list of a million rows takes fewer; one that heeds no offset never ends. */
const MAX_SEARCH = 50;

/** By how many rows the windows of a scan overlap: as many may leave between two calls without hiding a row. */
const SCAN_OVERLAP = 20;

/** The first window from the list's beginning on that will do. */
async function scan(at: (offset: number) => Promise<View>): Promise<View | undefined> {
  let offset = 0;
  for (let calls = 0; calls < MAX_SEARCH; calls++) {
    const view = await at(offset);
    if (covers(view)) return view;
    if (view.window.ended) return undefined;
    // Its row may be near this window's end, with nothing behind it but rows without an id. Some before it may leave.
    const { lastStart } = view;
    const step = lastStart > SCAN_OVERLAP ? lastStart - SCAN_OVERLAP : lastStart;
    offset += step > 0 ? step : MAX_ROWS - SCAN_OVERLAP;
  }
  return undefined;
}

/**
 * The window that will do, in a sorted list: between an offset from which windows reach back and one from which
 * they don't. While only one of them is known it goes on in growing strides, and then by halves.
 */
async function search(at: (offset: number) => Promise<View>, missed: View): Promise<View | undefined> {
  let early: number | undefined;
  let late: number | undefined;
  let view = missed;
  for (let calls = 0; calls < MAX_SEARCH; calls++) {
    const { reachesBack, lastStart, window } = view;
    const isBlank = window.rows.length === MAX_ROWS && window.rows.every((row) => row === undefined);
    if (isBlank) return undefined; // nothing to go by
    if (reachesBack) {
      // Nothing follows the first row of a whole window to begin the next with: its end is all there is.
      const stuck = lastStart <= 0 && window.rows.length === MAX_ROWS;
      early = window.offset + (stuck ? MAX_ROWS - 1 : Math.max(0, lastStart));
      if (late !== undefined && late <= early) late = undefined; // rows have arrived meanwhile
    } else {
      late = window.offset;
      if (early !== undefined && early >= late) early = undefined; // rows have left meanwhile
    }
    const stride = calls === 0 ? 0 : MAX_ROWS * 2 ** Math.min(calls, 20);
    if (late === undefined) view = await at((early ?? 0) + stride);
    else if (early === undefined) view = await at(late - MAX_ROWS + 1 - stride);
    else view = await at(late - early < MAX_ROWS ? early : Math.floor((early + late) / 2));
    if (covers(view)) return view;
  }
  return undefined;
}
