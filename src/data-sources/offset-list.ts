import type { TaskStatus } from '../model/task-status.model.js';
import { MAX_ROWS } from '../translation/page.translator.js';

/** Rows of a list from `offset` on, as one call returned them. */
export interface Slice {
  readonly offset: number;
  /** In the list's order. A row without an id is undefined. */
  readonly rows: readonly (TaskStatus | undefined)[];
  /** Rows in the whole list; null if not requested or not sent. */
  readonly total: number | null;
  /** Whether the list ends with this slice. */
  readonly ended: boolean;
}

/** A list that is read by offsets, which shift as rows arrive and leave. */
export interface OffsetList {
  /** `size` is 1 to 250. `count` also requests the total. */
  slice(offset: number, size: number, count: boolean): Promise<Slice>;
  /** Returns the total alone, by the cheapest call. */
  total(): Promise<number | null>;
}

/** A list that is loaded as a whole on first read. Its offsets don't shift. */
export function loadedList(load: () => Promise<readonly TaskStatus[]>): OffsetList {
  let loaded: Promise<readonly TaskStatus[]> | undefined;
  const all = (): Promise<readonly TaskStatus[]> => (loaded ??= load());
  return {
    async slice(offset, size) {
      const rows = await all();
      const end = offset + size;
      return { offset, rows: rows.slice(offset, end), total: rows.length, ended: end >= rows.length };
    },
    total: async () => (await all()).length,
  };
}

/** Maximum calls in a row without a new row. After that, the list shifts too fast to be read, or ignores the offset. */
const MAX_IDLE = 40;

/**
 * Reads each row of a list once. Calls overlap by a row, which shows that no row slipped through between them. If the
 * overlap is missing, rows have left, and reading goes back.
 */
export async function readAll(list: OffsetList): Promise<TaskStatus[]> {
  const found = new Map<string, TaskStatus>();
  let overlapping = false; // whether the slice begins with a row that was read before
  for (let offset = 0, idle = 0; idle < MAX_IDLE;) {
    const { rows, ended } = await list.slice(offset, MAX_ROWS, false);
    const known = rows.filter((row) => row !== undefined);
    const before = found.size;
    if (offset > 0 && overlapping && !known.some((row) => found.has(row.id))) {
      offset = Math.max(0, offset - MAX_ROWS + 1);
    } else {
      for (const row of known) found.set(row.id, row);
      if (ended) break;
      // Rows without an id can't show an overlap.
      const last = rows.findLastIndex((row) => row !== undefined);
      overlapping = last > 0;
      offset += overlapping ? last : rows.length - 1;
    }
    idle = found.size > before ? 0 : idle + 1;
  }
  return [...found.values()];
}
