import { type SandboxSettings } from '../settings.js';
import { type StoredTask } from '../tasks/task.js';
import { oldestFirst } from '../tasks/task-store.js';
import { illegalValue } from './refusal.js';

/** The part of a list that is asked for. `count` also asks for its total. */
export interface Page {
  readonly offset: number;
  readonly limit: number;
  readonly count: boolean;
}

const maxLimit = 250;
const maxInt32 = 2_147_483_647;

/** Returns the parameters of a query, decoded like a form: `+` is a space. The last of a repeated name wins. */
export function toQuery(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Reads `offset`, `limit` and `count`. @throws Refusal 400.1.3 for a bad value. */
export function toPage(query: Record<string, string>, limitZero: SandboxSettings['limitZero']): Page {
  return {
    offset: toInteger(query, 'offset', 0, 0, maxInt32),
    limit: toInteger(query, 'limit', maxLimit, limitZero === 'refuse' ? 1 : 0, maxLimit),
    count: toBoolean(query, 'count'),
  };
}

/**
 * Returns the tasks in the order of `sorters`: names separated by commas, `-` for descending.
 * Only `created` is supported. Ties go by id in both directions.
 * @param tasks Newest first. Can be sorted in place.
 * @throws Refusal 400.1.3.
 */
export function inOrder(tasks: StoredTask[], query: Record<string, string>): StoredTask[] {
  const sorters = query['sorters'] ?? '';
  if (sorters.trim() === '') return tasks;
  const names = sorters.split(',').map((name) => name.trim());
  if (!names.every((name) => name === 'created' || name === '-created')) {
    throw illegalValue('sorters', sorters);
  }
  return names[0] === 'created' ? tasks.sort(oldestFirst) : tasks;
}

function toInteger(
  query: Record<string, string>,
  name: string,
  fallback: number,
  low: number,
  high: number,
): number {
  const text = query[name];
  if (text === undefined) return fallback;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= low && value <= high)) throw illegalValue(name, text);
  return value;
}

function toBoolean(query: Record<string, string>, name: string): boolean {
  const text = query[name] ?? 'false';
  if (!/^(true|false)$/i.test(text)) throw illegalValue(name, text);
  return text.toLowerCase() === 'true';
}
