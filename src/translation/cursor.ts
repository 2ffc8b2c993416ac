import { createHash } from 'node:crypto';
import { badUserInput } from './user-input-error.js';

/**
 * Position of a row in a list whose offsets shift: its offset when it was read (where to look first), its `created` in
 * epoch milliseconds (null if it has none), and its id after the ids of the rows before it. In a sorted list these are
 * the rows with the same `created`, because the upstream might order them differently each time.
 */
export interface Position {
  readonly offset: number;
  readonly created: number | null;
  readonly ids: readonly string[];
}

/**
 * Maximum length of a cursor, in characters. 1,000 ids of 32 digits fit. Longer ones are refused, because each cursor
 * of the next page can contain the ids of this one.
 */
const MAX_LENGTH = 65_536;

/** Returns a short hash of what a cursor is valid for, such as a field with its filter and order. */
export function cursorScope(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
}

/** Encodes a position as an opaque string that is valid for `scope` only. */
export function encodeCursor({ offset, created, ids }: Position, scope: string): string {
  return Buffer.from(JSON.stringify([scope, offset, created, ...ids])).toString('base64url');
}

/**
 * Decodes a cursor that is valid for one of `scopes`. `index` is that scope's place in `scopes`.
 * @throws GraphQLError `BAD_USER_INPUT` if the cursor is malformed or valid for none of them.
 */
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
