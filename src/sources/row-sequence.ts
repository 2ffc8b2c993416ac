import type { TaskStatus } from '../model/task-status.model.js';
import { MAX_ROWS } from '../translation/page.translator.js';

/** Rows of a list from `offset` on, as one call gave them. */
export interface Window {
  readonly offset: number;
  /** In the list's order and one for each row that came: undefined where a row has no id. */
  readonly rows: readonly (TaskStatus | undefined)[];
  /** How many rows the whole list has; null where it was not asked or not said. */
  readonly total: number | null;
  /** Whether the list ends with this window. */
  readonly ended: boolean;
}

/** A list that can be read by offsets. Those shift as rows arrive and leave. */
export interface RowSequence {
  /** `size` is 1 to 250; `count` asks for the total besides. */
  window(offset: number, size: number, count: boolean): Promise<Window>;
  /** The total alone, as cheaply as it is to be had. */
  total(): Promise<number | null>;
}

/** A list that is loaded whole, once, when it is first read, and neither shifts nor costs from then on. */
export function sequenceOf(load: () => Promise<readonly TaskStatus[]>): RowSequence {
  let loaded: Promise<readonly TaskStatus[]> | undefined;
  const all = (): Promise<readonly TaskStatus[]> => (loaded ??= load());
  return {
    async window(offset, size) {
      const rows = await all();
      const end = offset + size;
      return { offset, rows: rows.slice(offset, end), total: rows.length, ended: end >= rows.length };
    },
    total: async () => (await all()).length,
  };
}

/** How many calls in a row may bring nothing new: the list then shifts too fast to be read, or heeds no offset. */
const MAX_IDLE = 40;

/**
 * Every row of a list, each once. Calls overlap by a row, which shows that none slipped through between them; where
 * the overlap is not there, rows have left, and the reading goes back.
 */
export async function readAll(sequence: RowSequence): Promise<TaskStatus[]> {
  const found = new Map<string, TaskStatus>();
  let overlapping = false; // whether the window begins with a row that was read before
  for (let offset = 0, idle = 0; idle < MAX_IDLE;) {
    const { rows, ended } = await sequence.window(offset, MAX_ROWS, false);
    const known = rows.filter((row) => row !== undefined);
    const before = found.size;
    if (offset > 0 && overlapping && !known.some((row) => found.has(row.id))) {
      offset = Math.max(0, offset - MAX_ROWS + 1);
    } else {
      for (const row of known) found.set(row.id, row);
      if (ended) break;
      // Rows without an id show nothing: where there are no others, no overlap can be asked for.
      const last = rows.findLastIndex((row) => row !== undefined);
      overlapping = last > 0;
      offset += overlapping ? last : rows.length - 1;
    }
    idle = found.size > before ? 0 : idle + 1;
  }
  return [...found.values()];
}
