import { SortDirection } from '../../src/model/enums.js';
import type { TaskStatus } from '../../src/model/task-status.model.js';
import type { OffsetList, Slice } from '../../src/data-sources/offset-list.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';
import type { Order } from '../../src/translation/page.translator.js';

/** A row of the list. It arrives without an id if it is not `named`. */
export interface Row {
  readonly id: string;
  readonly created: number | null;
  readonly named: boolean;
}

/** Changes to the list before a call. `insertAt` and `removeAt` are shares of its length, 0 to 1. */
export interface Shift {
  readonly insertions: number;
  readonly insertAt: number;
  readonly removals: number;
  readonly removeAt: number;
}

/** Returns a generator of integers below a bound. The numbers depend on the seed alone. */
export function dice(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Returns a task with only an id and a date. */
export function taskOf(id: string, created: number | null = null): TaskStatus {
  const task = readTaskStatus(
    { id, created: created === null ? null : new Date(created).toISOString() },
    () => 0,
  );
  if (task === undefined) throw new Error('a row with an id must be a task');
  return task;
}

/** An offset list that changes before each call except the first, while there are shifts left. */
export class ShiftingList implements OffsetList {
  readonly removed = new Set<string>();
  readonly calls: { offset: number; size: number; count: boolean }[] = [];
  rows: Row[];
  /** Id of a row that is never removed. */
  kept: string | undefined;
  /** Whether rows with the same `created` change their order with each call. */
  reordersTies = false;
  /** Whether the total is returned if asked for. */
  tellsTotal = true;
  /** Maximum number of calls. Further ones fail, so that no test runs forever. */
  maxCalls = 3_000;
  #arrivals = 0;

  constructor(
    rows: readonly Row[],
    private readonly order: Order,
    private readonly shifts: Shift[] = [],
    private readonly roll = dice(1),
  ) {
    this.rows = this.#sorted(rows);
  }

  slice(offset: number, size: number, count: boolean): Promise<Slice> {
    if (this.calls.length >= this.maxCalls) return Promise.reject(new Error('too many calls'));
    if (!Number.isSafeInteger(offset) || offset < 0 || size < 1 || size > 250) {
      return Promise.reject(new Error(`no such slice: ${offset}, ${size}`));
    }
    if (this.calls.length > 0) this.#shift();
    this.calls.push({ offset, size, count });
    const rows = this.rows.slice(offset, offset + size);
    return Promise.resolve({
      offset,
      rows: rows.map(({ id, created, named }) => (named ? taskOf(id, created) : undefined)),
      total: count && this.tellsTotal ? this.rows.length : null,
      ended: rows.length < size,
    });
  }

  total(): Promise<number | null> {
    return Promise.resolve(this.rows.length);
  }

  /** Returns the ids of the given rows that have one and were not removed. */
  survivorsOf(rows: readonly Row[]): string[] {
    return rows.filter(({ id, named }) => named && !this.removed.has(id)).map(({ id }) => id);
  }

  #shift(): void {
    const shift = this.shifts.shift();
    if (shift !== undefined) {
      const from = Math.floor(shift.removeAt * this.rows.length);
      const leaving = this.rows.slice(from, from + shift.removals).filter(({ id }) => id !== this.kept);
      for (const { id } of leaving) this.removed.add(id);
      this.rows = this.rows.filter(({ id }) => !this.removed.has(id));
      const at = Math.floor(shift.insertAt * this.rows.length);
      const created = this.rows[at]?.created ?? 5;
      const fresh = Array.from({ length: shift.insertions }, (): Row => ({
        id: `n${(this.#arrivals += 1)}`,
        created: created + this.roll(3) - 1,
        named: this.roll(20) > 0,
      }));
      this.rows.splice(at, 0, ...fresh);
      this.rows = this.#sorted(this.rows);
    }
    if (this.reordersTies) this.rows = this.#sorted(this.#shuffled());
  }

  #shuffled(): Row[] {
    const rows = [...this.rows];
    for (let i = rows.length - 1; i > 0; i -= 1) {
      const j = this.roll(i + 1);
      [rows[i], rows[j]] = [rows[j] as Row, rows[i] as Row];
    }
    return rows;
  }

  #sorted(rows: readonly Row[]): Row[] {
    if (this.order === undefined) return [...rows];
    const sign = this.order === SortDirection.DESC ? -1 : 1;
    const at = ({ created }: Row): number => created ?? -Infinity;
    return [...rows].sort((a, b) => (at(a) === at(b) ? 0 : (at(a) < at(b) ? -1 : 1) * sign));
  }
}
