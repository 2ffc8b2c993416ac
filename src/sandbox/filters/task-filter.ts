import { enumProblem } from '../api/refusal.js';
import { type SandboxSettings } from '../settings.js';
import { completionStatuses } from '../tasks/task.js';
import { type ApiVersion, allKinds } from '../versions.js';
import { type Filter, parseFilter } from './filter-grammar.js';

/** The fields of a task that filters can test. */
export interface FilterableTask {
  readonly id: string;
  /** Id of the target. Null if the target isn't a source. */
  readonly sourceId: string | null;
  readonly completionStatus: string | null;
  /** The kind of task, not the `type` of the answer. */
  readonly type: string | null;
  readonly launcher: string | null;
}

/** Thrown if a filter is well-formed but uses something that the API doesn't support. */
export class FilterRefusedError extends Error {
  override name = 'FilterRefusedError';
}

type TestFilter = Extract<Filter, { kind: 'test' }>;

/**
 * Compiles a filter to a predicate on tasks. Values are compared without regard to case.
 * @throws FilterSyntaxError if it doesn't follow the grammar.
 * @throws FilterRefusedError if the version or the settings don't allow a field, operator or value.
 */
export function toTaskFilter(
  text: string,
  version: ApiVersion,
  settings: Pick<SandboxSettings, 'kinds' | 'kindsRefused'>,
): (task: FilterableTask) => boolean {
  return compile(parseFilter(text));

  function compile(filter: Filter): (task: FilterableTask) => boolean {
    if (filter.kind === 'test') return compileTest(filter);
    if (filter.kind === 'not') {
      const term = compile(filter.term);
      return (task) => !term(task);
    }
    const terms = filter.terms.map(compile);
    return filter.kind === 'and'
      ? (task) => terms.every((term) => term(task))
      : (task) => terms.some((term) => term(task));
  }

  function compileTest({ field, operator, values }: TestFilter): (task: FilterableTask) => boolean {
    const operators = Object.hasOwn(version.filters, field) ? version.filters[field] : undefined;
    if (operators === undefined) throw new FilterRefusedError(`Filtering by ${field} is not supported`);
    if (!operators.includes(operator)) {
      throw new FilterRefusedError(`Operator ${operator} is not supported for ${field}`);
    }
    const name = field as keyof FilterableTask;
    if (operator === 'isnull') return (task) => task[name] === null;
    for (const value of values) checkValue(name, value);
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return (task) => wanted.has(task[name]?.toLowerCase() ?? '\0');
  }

  function checkValue(field: keyof FilterableTask, value: string): void {
    const upper = value.toUpperCase();
    if (field === 'completionStatus' && !completionStatuses.includes(upper)) {
      throw new FilterRefusedError(enumProblem(field, value));
    }
    if (field !== 'type') return;
    if (!allKinds.includes(upper)) throw new FilterRefusedError(enumProblem(field, value));
    const undocumented =
      settings.kinds === 'documented' &&
      version.documentedKinds.length > 0 &&
      !version.documentedKinds.includes(upper);
    if (undocumented || settings.kindsRefused.includes(upper)) {
      throw new FilterRefusedError('Unsupported Task Definition type');
    }
  }
}
