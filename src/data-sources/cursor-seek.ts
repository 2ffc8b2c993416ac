import { SortDirection } from '../model/enums.js';
import type { TaskStatus } from '../model/task-status.model.js';
import type { Position } from '../translation/cursor.js';
import { MAX_ROWS, type Order } from '../translation/page.translator.js';
import type { OffsetList, Slice } from './offset-list.js';

/*
 * Offsets shift while a client pages, so a cursor holds a position: the offset, `created` and ids of the rows before it.
 *
 *   read earlier   A10 B10 C20 | D20 E30        cursor after C: { offset: 2, created: 20, ids: [C] }
 *   B has left     A10 C20 D20 E30              slice at 2 - 1: C20 D20 E30
 *                      ^^^                      its first row isn't earlier than 20: another row of 20 might come before
 *                                               it, so the seek goes on
 *   sought         A10 C20 D20 E30              A is earlier than 20, so no row is missing: D and E come after C
 */

/** A row and the offset at which it was read. */
export interface PlacedRow {
  readonly task: TaskStatus;
  readonly offset: number;
}

/** A row's `created` in epoch milliseconds, or null. */
export function createdMs({ created }: TaskStatus): number | null {
  return created === null ? null : Date.parse(created);
}

/** Maximum ids in a cursor of an unsorted list. The cursor holds as long as one of these rows is left. */
const UNSORTED_IDS = 10;

/** Maximum ids of the same date in a cursor of a sorted list. Each cursor of a page holds them. */
const MAX_IDS = 1_000;

/** If more rows than this have the same date, their order is trusted: one call can't return them all again. */
const TRUSTED_TIES = 120;

/** Returns the position after a row, given the position before it. */
export function positionAt(
  { task, offset }: PlacedRow,
  before: Position | undefined,
  order: Order,
): Position {
  const created = createdMs(task);
  const kept = order === undefined || before?.created === created ? (before?.ids ?? []) : [];
  const most = order === undefined ? UNSORTED_IDS : MAX_IDS;
  return { offset, created, ids: [...kept, task.id].slice(-most) };
}

/**
 * Returns the next `wanted` rows after a position, and the total of the first call. Fewer rows mean the end of the
 * list, or a seek that found none. Each call overlaps known rows, which shows that no row slipped through while offsets
 * shifted.
 */
export async function rowsAfter(
  list: OffsetList,
  after: Position,
  order: Order,
  wanted: number,
  count: boolean,
): Promise<{ rows: PlacedRow[]; total: number | null }> {
  const rows: PlacedRow[] = [];
  let position = after;
  let total: number | null = null;
  for (let first = true; ; first = false) {
    const { slice, next } = await seek(list, position, order, wanted - rows.length, count && first);
    if (first) total = slice.total;
    for (const row of next.slice(0, wanted - rows.length)) {
      position = positionAt(row, position, order);
      rows.push(row);
    }
    if (rows.length === wanted || slice.ended || next.length === 0) return { rows, total };
  }
}

/** What a slice shows about a position. */
interface Inspection {
  readonly slice: Slice;
  /** Its rows after the position. */
  readonly next: readonly PlacedRow[];
  /** Whether the slice begins early enough: no row after the position lies before the slice. */
  readonly reachesBack: boolean;
  /** Index of the last row at which a slice could begin and still reach back; -1 if there is none. */
  readonly lastStart: number;
}

/**
 * In a sorted list, a slice reaches back if it begins with an earlier date, because rows of the same date might change
 * their order between calls. If that order is trusted, and in an unsorted list, it reaches back if it holds a row of
 * the position or an earlier one. Rows without a date prove nothing. The start of a sorted list always reaches back: rows
 * without a date with which it begins come before all dates.
 */
function inspect(slice: Slice, position: Position, order: Order): Inspection {
  const { offset, rows } = slice;
  const trusting = isTrusting(position, order);
  const ids = new Set(position.ids);
  const holdsAllTies = position.ids.length < MAX_IDS;
  const isKnown = (task: Row): boolean => task !== undefined && ids.has(task.id);
  const isBefore = (task: Row): boolean => order !== undefined && isEarlier(task, position.created, order);
  const isTied = (task: TaskStatus): boolean => order !== undefined && createdMs(task) === position.created;

  const isStart = order !== undefined && offset === 0;
  const undated = isStart && position.created !== null ? lastUndatedOfStart(rows) : -1;
  const known = rows.findLastIndex(isKnown);
  const boundary = known >= 0 ? known : Math.max(undated, rows.findLastIndex(isBefore));
  const next = rows.flatMap((task, index) =>
    task !== undefined && !isKnown(task) && (index > boundary || (holdsAllTies && isTied(task)))
      ? [{ task, offset: offset + index }]
      : [],
  );
  const first = rows.find((task) => task !== undefined);
  const proven = trusting || first?.created === null ? boundary >= 0 : isBefore(first);
  return {
    slice,
    next,
    reachesBack: proven || isStart,
    lastStart: trusting ? boundary : rows.findLastIndex(isBefore),
  };
}

type Row = TaskStatus | undefined;

/** Returns the index of the last row without a date before the first dated one; -1 if there is none, or no dated one. */
function lastUndatedOfStart(rows: readonly Row[]): number {
  const firstDated = rows.findIndex((task) => task !== undefined && task.created !== null);
  return rows.slice(0, Math.max(0, firstDated)).findLastIndex((task) => task?.created === null);
}

function isTrusting({ ids }: Position, order: Order): boolean {
  return order === undefined || ids.length > TRUSTED_TIES;
}

/** Whether the row comes before the date in the order. */
function isEarlier(task: Row, date: number | null, order: SortDirection): boolean {
  const created = task && createdMs(task);
  if (created === null || created === undefined) return false;
  const difference = created - (date ?? -Infinity);
  return order === SortDirection.DESC ? difference > 0 : difference < 0;
}

/**
 * Finds a slice that reaches back to the position and has rows after it, or ends the list. Falls back to the offset
 * alone.
 */
async function seek(
  list: OffsetList,
  position: Position,
  order: Order,
  wanted: number,
  count: boolean,
): Promise<Inspection> {
  const overlap = isTrusting(position, order) ? 1 : position.ids.length + 1;
  const size = Math.min(MAX_ROWS, wanted + overlap);
  const at = async (from: number, rows = MAX_ROWS, counted = false): Promise<Inspection> =>
    inspect(await list.slice(Math.max(0, from), rows, counted), position, order);

  const first = await at(position.offset + 1 - overlap, size, count);
  if (isFound(first)) return first;
  const found = await (order === undefined ? scanFromStart(at) : binarySearch(at, first));
  return found ? { ...found, slice: { ...found.slice, total: first.slice.total } } : first;
}

function isFound({ reachesBack, next, slice }: Inspection): boolean {
  return reachesBack && (next.length > 0 || slice.ended);
}

/**
 * Maximum calls of a search or scan: a list that ignores the offset would never end. A binary search of a million rows
 * takes fewer. A scan covers about 11,500 rows.
 */
const MAX_SEEK = 50;

/** Rows by which slices of a scan overlap. As many can leave between two calls without hiding one. */
const SCAN_OVERLAP = 20;

/** Reads slices from the start of the list until one will do. Undefined if none does. */
async function scanFromStart(at: (offset: number) => Promise<Inspection>): Promise<Inspection | undefined> {
  let offset = 0;
  for (let calls = 0; calls < MAX_SEEK; calls++) {
    const inspection = await at(offset);
    if (isFound(inspection)) return inspection;
    if (inspection.slice.ended) return undefined;
    // The known row might be near this slice's end, followed only by rows without an id. Rows before it might leave.
    const { lastStart } = inspection;
    const step = lastStart > SCAN_OVERLAP ? lastStart - SCAN_OVERLAP : lastStart;
    offset += step > 0 ? step : MAX_ROWS - SCAN_OVERLAP;
  }
  return undefined;
}

/**
 * Searches a sorted list between an offset whose slice reaches back (`early`) and one whose slice doesn't (`late`).
 * While only one of them is known, it moves in doubling strides; then it halves the distance.
 */
async function binarySearch(
  at: (offset: number) => Promise<Inspection>,
  missed: Inspection,
): Promise<Inspection | undefined> {
  let early: number | undefined;
  let late: number | undefined;
  let inspection = missed;
  for (let calls = 0; calls < MAX_SEEK; calls++) {
    const { reachesBack, lastStart, slice } = inspection;
    const hasNoIds = slice.rows.length === MAX_ROWS && slice.rows.every((row) => row === undefined);
    if (hasNoIds) return undefined;
    if (reachesBack) {
      // No later row of this full slice can begin the next one: only its last row is left.
      const stuck = lastStart <= 0 && slice.rows.length === MAX_ROWS;
      early = slice.offset + (stuck ? MAX_ROWS - 1 : Math.max(0, lastStart));
      if (late !== undefined && late <= early) late = undefined; // rows have arrived meanwhile
    } else {
      late = slice.offset;
      if (early !== undefined && early >= late) early = undefined; // rows have left meanwhile
    }
    const stride = calls === 0 ? 0 : MAX_ROWS * 2 ** Math.min(calls, 20);
    if (late === undefined) inspection = await at((early ?? 0) + stride);
    else if (early === undefined) inspection = await at(late - MAX_ROWS + 1 - stride);
    else inspection = await at(late - early < MAX_ROWS ? early : Math.floor((early + late) / 2));
    if (isFound(inspection)) return inspection;
  }
  return undefined;
}
