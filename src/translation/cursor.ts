import { createHash } from 'node:crypto';
import { badUserInput } from './user-input-error.js';

/**
 * Where a row stands in a list whose offsets shift: its offset when it was read (where to look first), its
 * `created` in epoch milliseconds (null where it has none), and its id with those of the rows before it that
 * share its `created`, since the upstream may order those differently each time.
 */
export interface Position {
  readonly offset: number;
  readonly created: number | null;
  readonly ids: readonly string[];
}

/** No cursor that was returned is longer. Each cursor of the next page may hold what this one holds. */
const MAX_LENGTH = 65_536;

/** What a cursor is good for, such as a field with its filter and order, as a short mark. */
export function cursorScope(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
}

/** A position as an opaque text that is good for `scope` only. */
export function encodeCursor({ offset, created, ids }: Position, scope: string): string {
  return Buffer.from(JSON.stringify([scope, offset, created, ...ids])).toString('base64url');
}

/** Reads a cursor that is good for one of `scopes`, and says for which. Refuses any other as BAD_USER_INPUT. */
export function decodeCursor(
  cursor: string,
  scopes: readonly string[],
  argument: string,
): { position: Position; index: number } {
  const [scope, offset, created, ...ids] = parse(cursor);
  const sound =
    typeof scope === 'string' &&
    Number.isSafeInteger(offset) &&
    (offset as number) >= 0 &&
    (offset as number) < 2 ** 31 &&
    (created === null || Number.isSafeInteger(created)) &&
    ids.length > 0 &&
    ids.every((id) => typeof id === 'string');
  if (!sound)
    throw badUserInput(argument, 'must be a cursor that this field gave out: this one is malformed');
  const index = scopes.findIndex((candidate) => candidate === scope);
  if (index < 0) throw badUserInput(argument, 'must be a cursor of the same field, filter and sort');
  return {
    position: { offset: offset as number, created: created as number | null, ids: ids },
    index,
  };
}

function parse(cursor: string): unknown[] {
  if (cursor.length > MAX_LENGTH) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
