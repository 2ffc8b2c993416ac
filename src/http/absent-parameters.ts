/** A null with JSON's white space around it. */
const NULL = /^[ \t\n\r]*null[ \t\n\r]*$/;

/**
 * Returns the URL without parameters that are treated as absent: an empty `operationName`, and null `variables` and
 * `extensions`. A parameter that is given twice stays, and is refused later.
 */
export function withoutAbsentParameters(url: string): string {
  if (!url.includes('?')) return url;
  const [path = '', search] = (url.split('#', 1)[0] ?? '').split(/\?(.*)/s, 2);
  if (!search) return url;
  const parameters = new URLSearchParams(search);
  const isAbsent = (name: string): boolean => {
    const [value, second] = parameters.getAll(name);
    if (value === undefined || second !== undefined) return false;
    return name === 'operationName' ? value === '' : NULL.test(value);
  };
  const absent = ['operationName', 'variables', 'extensions'].filter(isAbsent);
  if (absent.length === 0) return url;
  for (const name of absent) parameters.delete(name);
  return `${path}?${parameters.toString()}`;
}

/**
 * Removes an empty `operationName` from a body, or from each operation of a batch. Apollo Server itself treats nulls as
 * absent.
 */
export function dropAbsentParameters(body: unknown): void {
  for (const operation of Array.isArray(body) ? (body as unknown[]) : [body])
    if (isNamed(operation) && operation.operationName === '') delete operation.operationName;
}

function isNamed(value: unknown): value is { operationName?: unknown } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'operationName');
}
