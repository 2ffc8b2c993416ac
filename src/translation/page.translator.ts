import { SortDirection } from '../model/enums.js';
import type { PageArgs, TaskStatusSortInput } from '../model/inputs.js';
import { cursorScope, decodeCursor, type Position } from './cursor.js';
import type { TaskFilter } from './filter.translator.js';
import { badUserInput } from './user-input-error.js';

/** Maximum number of rows in a page, and in a call. */
export const MAX_ROWS = 250;

/** Order of a list by `created`. Undefined is the upstream's own order. */
export type Order = SortDirection | undefined;

/** The rows that a client asks for. */
export interface PageRequest {
  readonly size: number;
  /** Where the page begins: at an offset, or after the row of a cursor. */
  readonly start: { readonly offset: number } | { readonly after: Position };
  readonly order: Order;
  /** Order in which the page's cursors continue: the page's own order, except for pending tasks. */
  readonly cursorOrder: Order;
  /** Returns the scope of the page's cursors: field, filter and cursor order. A hash, so computed only if needed. */
  readonly scope: () => string;
}

/** The list that a page belongs to. */
export interface PageSubject {
  readonly field: string;
  readonly filter?: TaskFilter;
  readonly sort?: TaskStatusSortInput | null | undefined;
  /** Order in which all cursors of the field continue. Default: the order of their page. */
  readonly cursorOrder?: SortDirection;
}

/**
 * Checks the page arguments and distinguishes page mode from cursor mode. A null is treated as absent, because clients
 * ask for a first page that way. The cursors of an unsorted page continue in the upstream's order.
 * @throws GraphQLError `BAD_USER_INPUT` if an argument is invalid, or the modes are mixed.
 */
export function readPage(args: PageArgs, { field, filter, sort, cursorOrder }: PageSubject): PageRequest {
  const limit = args.limit ?? undefined;
  const offset = args.offset ?? undefined;
  const first = args.first ?? undefined;
  const after = args.after ?? undefined;
  const cursorMode = first !== undefined || after !== undefined;
  const paged = limit !== undefined ? 'limit' : offset !== undefined ? 'offset' : undefined;
  if (cursorMode && paged !== undefined) {
    throw badUserInput(paged, 'belongs to page mode and can’t be given with "first" or "after"');
  }
  const size = cursorMode ? checkSize(first, 'first') : checkSize(limit, 'limit');
  if (offset !== undefined && offset < 0) throw badUserInput('offset', 'must be 0 or more');

  const scopeOf = (order: Order): string => cursorScope(field, filter ?? null, order ?? null);
  const request = (start: PageRequest['start'], order: Order, onwards: Order): PageRequest => ({
    size,
    start,
    order,
    cursorOrder: onwards,
    scope: () => scopeOf(onwards),
  });
  if (after === undefined) {
    const order = sort?.direction ?? (cursorMode ? SortDirection.DESC : undefined);
    return request({ offset: offset ?? 0 }, order, cursorOrder ?? order);
  }
  const asked = cursorOrder ?? sort?.direction;
  const orders = asked === undefined ? [SortDirection.DESC, undefined] : [asked];
  const { position, index } = decodeCursor(after, orders.map(scopeOf), 'after');
  const order = orders[index];
  return request({ after: position }, order, order);
}

function checkSize(size: number | undefined, argument: string): number {
  if (size === undefined) return MAX_ROWS;
  if (size < 1 || size > MAX_ROWS) throw badUserInput(argument, `must be from 1 to ${MAX_ROWS}`);
  return size;
}
