import { CompletionStatus, TaskTargetType } from '../model/enums.js';
import type { TaskStatusFilterInput } from '../model/inputs.js';
import type { TaskStatus } from '../model/task-status.model.js';
import type { ApiVersion } from '../upstream/api-version.js';
import { allOf, encodedBytes, equals, MAX_FILTER_BYTES, oneOf } from './filter.grammar.js';
import { checkId, checkText } from './id.translator.js';
import { badUserInput } from './user-input-error.js';

/** The filter's members, with the upstream's word for each. */
const words = {
  id: 'id',
  sourceId: 'sourceId',
  completionStatus: 'completionStatus',
  kind: 'type',
  launcher: 'launcher',
} as const;
type Member = keyof typeof words;
const members = Object.keys(words) as Member[];
const UNKNOWN_STATUS: string = CompletionStatus.UNKNOWN;

/** One condition: the member is one of the values, which are checked. No values, no match. */
interface Term {
  readonly member: Member;
  readonly operator: 'eq' | 'in';
  readonly values: readonly string[];
}

/** A filter that was read and checked. Two filters with the same terms mean the same. */
export interface TaskFilter {
  readonly terms: readonly Term[];
  readonly isNull: boolean | undefined;
}

/** Where a filter's rows come from: nowhere, the list (by an expression, or whole), or the pending tasks. */
export type TaskSelection =
  | { readonly from: 'nothing' }
  | { readonly from: 'list'; readonly filters: string | undefined }
  | { readonly from: 'pending'; readonly matches: PendingMatch | undefined };

/** Which pending tasks match; undefined where all do. */
export type PendingMatch = (task: TaskStatus) => boolean;

/** Checks a filter. Absent and `{}` are no condition; an explicit null would widen the match unseen, so it is refused. */
export function readFilter(
  filter: TaskStatusFilterInput | null | undefined,
  argument = 'filter',
): TaskFilter {
  if (filter === undefined) return { terms: [], isNull: undefined };
  const given = notNull(filter, argument);
  const terms = members.flatMap((member): Term[] => {
    if (given[member] === undefined) return [];
    const path = `${argument}.${member}`;
    const condition: { eq?: string | null; in?: string[] | null } = notNull(given[member], path);
    const check = (value: string, at: string): string => checkValue(member, value, at);
    return [
      ...(condition.eq === undefined
        ? []
        : [
            {
              member,
              operator: 'eq' as const,
              values: [check(notNull(condition.eq, `${path}.eq`), `${path}.eq`)],
            },
          ]),
      ...(condition.in === undefined
        ? []
        : [
            {
              member,
              operator: 'in' as const,
              values: checkAll(notNull(condition.in, `${path}.in`), `${path}.in`, check),
            },
          ]),
    ];
  });
  const isNull = given.completionStatus?.isNull;
  return {
    terms,
    isNull: isNull === undefined ? undefined : notNull(isNull, `${argument}.completionStatus.isNull`),
  };
}

/** The filter, and besides that the task works on one of these sources. The ids are checked. */
export function ofSources(filter: TaskFilter, ids: readonly string[]): TaskFilter {
  const term: Term = { member: 'sourceId', operator: ids.length === 1 ? 'eq' : 'in', values: ids };
  return { ...filter, terms: [...filter.terms, term] };
}

/**
 * Where the filter's rows are to be had in this version. Versions whose list holds completed tasks only have the
 * others by pending-tasks, which takes no filter: those are matched here, by id and source only.
 */
export function toSelection(
  { terms, isNull }: TaskFilter,
  version: ApiVersion,
  argument = 'filter',
): TaskSelection {
  if (!version.filtersLauncher && terms.some(({ member }) => member === 'launcher')) {
    throw badUserInput(
      `${argument}.launcher`,
      `is not available in API version ${version.name}; it is in v2026 and v1`,
    );
  }
  const asksStatus = terms.some(({ member }) => member === 'completionStatus');
  const nothing = terms.some(({ values }) => values.length === 0) || (isNull === true && asksStatus);

  if (isNull === true && !version.listHoldsPending) {
    const kind = terms.find(({ member }) => member === 'kind');
    if (kind) {
      throw badUserInput(
        `${argument}.kind`,
        `can't be combined with completionStatus.isNull in API version ${version.name}; it can from v2025 on`,
      );
    }
    return nothing
      ? { from: 'nothing' }
      : { from: 'pending', matches: terms.length === 0 ? undefined : matcher(terms) };
  }
  if (nothing) return { from: 'nothing' };

  const conditions = terms.map(({ member, operator, values }) =>
    operator === 'eq' ? equals(words[member], values[0] ?? '') : oneOf(words[member], values),
  );
  if (version.listHoldsPending && isNull === true) conditions.push('completionStatus isnull');
  if (version.listHoldsPending && isNull === false && !asksStatus)
    conditions.push('not (completionStatus isnull)');
  const filters = conditions.length === 0 ? undefined : allOf(conditions);
  if (filters !== undefined && encodedBytes(filters) > MAX_FILTER_BYTES) {
    throw badUserInput(argument, `must not be longer than ${MAX_FILTER_BYTES} bytes in the upstream's URL`);
  }
  return { from: 'list', filters };
}

/** The upstream compares without regard to case, and so does this. */
function matcher(terms: readonly Term[]): PendingMatch {
  const sets = terms.map(({ member, values }) => ({
    member,
    values: new Set(values.map((value) => value.toLowerCase())),
  }));
  return (task) =>
    sets.every(({ member, values }) => {
      const source = task.target?.type === TaskTargetType.APPLICATION ? task.target.id : null;
      const value = member === 'id' ? task.id : source;
      return value !== null && values.has(value.toLowerCase());
    });
}

function checkAll(
  values: readonly string[],
  path: string,
  check: (value: string, at: string) => string,
): string[] {
  return [...new Set(values.map((value, index) => check(value, `${path}[${index}]`)))];
}

function checkValue(member: Member, value: string, argument: string): string {
  if (member === 'id' || member === 'sourceId') return checkId(value, argument);
  if (member === 'completionStatus' && value === UNKNOWN_STATUS) {
    throw badUserInput(argument, 'must not be UNKNOWN: the upstream has no such status to look for');
  }
  return checkText(value, argument);
}

function notNull<T>(value: T | null, argument: string): T {
  if (value === null) throw badUserInput(argument, 'must not be null: leave it out to set no condition');
  return value;
}
