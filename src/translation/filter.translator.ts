import { CompletionStatus, TaskKind, TaskTargetType } from '../model/enums.js';
import type { TaskStatusFilterInput } from '../model/inputs.js';
import type { TaskStatus } from '../model/task-status.model.js';
import type { ApiVersion } from '../upstream/api-version.js';
import { allOf, encodedBytes, equals, MAX_FILTER_BYTES, oneOf } from './filter.grammar.js';
import { checkId, checkText } from './id.translator.js';
import { badUserInput } from './user-input-error.js';

/** The upstream's name for each member of a filter. */
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

/** A condition: the member is one of the values. The values have been checked. Without values, nothing matches. */
interface Term {
  readonly member: Member;
  readonly operator: 'eq' | 'in';
  readonly values: readonly string[];
}

/** A filter after its checks. Filters with the same `terms` and `isNull` match the same tasks. */
export interface TaskFilter {
  readonly terms: readonly Term[];
  readonly isNull: boolean | undefined;
}

/** All tasks without a completion status. */
export const PENDING: TaskFilter = { terms: [], isNull: true };

/**
 * Where a filter's rows come from: nowhere, the list (`filters` undefined is the whole list), or the pending tasks
 * (`matches` undefined is all of them).
 */
export type TaskSelection =
  | { readonly from: 'nothing' }
  | { readonly from: 'list'; readonly filters: string | undefined }
  | { readonly from: 'pending'; readonly matches: TaskMatch | undefined };

/** Whether a task matches a filter. */
export type TaskMatch = (task: TaskStatus) => boolean;

/**
 * Checks a filter. An absent filter and `{}` set no condition.
 * @throws GraphQLError `BAD_USER_INPUT` for invalid values, and for an explicit null, which would silently match more.
 */
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

/** Adds the condition that the task works on one of these sources. The ids must have been checked. */
export function ofSources(filter: TaskFilter, ids: readonly string[]): TaskFilter {
  const term: Term = { member: 'sourceId', operator: ids.length === 1 ? 'eq' : 'in', values: ids };
  return { ...filter, terms: [...filter.terms, term] };
}

/**
 * Returns where the filter's rows come from in this API version. If the version's list holds completed tasks only, the
 * others come from pending-tasks. That takes no filter, so they are matched here, by id and source only.
 * @throws GraphQLError `BAD_USER_INPUT` if the version can't answer the filter, or the expression is too long.
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

/**
 * Returns whether a task matches the filter, in any API version. Ignores case, as the upstream does.
 * @throws GraphQLError `BAD_USER_INPUT` for a kind that no field of a task shows.
 */
export function toMatch({ terms, isNull }: TaskFilter, argument = 'filter'): TaskMatch {
  for (const { member, operator, values } of terms)
    if (member === 'kind' && values.some((value) => !Object.hasOwn(kindNames, value)))
      throw badUserInput(
        `${argument}.kind.${operator}`,
        `must be ${Object.keys(kindNames).join(' or ')} here: no field of a task shows the others`,
      );
  const matches = matcher(terms);
  return (task) => (isNull === undefined || (task.completionStatus === null) === isNull) && matches(task);
}

/** The kinds that the name of a task's definition shows, with that name in lower case. It can have a suffix. */
const kindNames: Readonly<Record<string, string>> = {
  [TaskKind.CLOUD_ACCOUNT_AGGREGATION]: 'cloud account aggregation',
  [TaskKind.CLOUD_GROUP_AGGREGATION]: 'cloud group aggregation',
};

function matcher(terms: readonly Term[]): TaskMatch {
  const sets = terms.map(({ member, values }) => ({
    member,
    values: new Set(values.map((value) => value.toLowerCase())),
  }));
  return (task) =>
    sets.every(({ member, values }) => {
      const value = valueOf(member, task);
      return value !== null && values.has(value.toLowerCase());
    });
}

/** Returns what a filter compares. Null matches nothing. */
function valueOf(member: Member, task: TaskStatus): string | null {
  switch (member) {
    case 'id':
      return task.id;
    case 'sourceId':
      return task.target?.type === TaskTargetType.APPLICATION ? task.target.id : null;
    case 'completionStatus':
      return task.completionStatus;
    case 'launcher':
      return task.launcher;
    case 'kind': {
      const name = (task.taskDefinitionSummary?.uniqueName ?? task.uniqueName ?? '').toLowerCase();
      return Object.entries(kindNames).find(([, prefix]) => name.startsWith(prefix))?.[0] ?? null;
    }
  }
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
