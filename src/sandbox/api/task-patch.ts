import { type Operation, applyPatch } from 'rfc6902';
import { type SandboxSettings } from '../settings.js';
import { type SandboxTask, completionStatuses } from '../tasks/task.js';
import { badContent, badSyntax, enumProblem, notSupported } from './refusal.js';

type PatchSettings = Pick<SandboxSettings, 'patchStatusCase' | 'patchOtherPaths' | 'wrongContentType'>;

const operationNames = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const patchable = new Set(['/completionStatus', '/completed']);
const dateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Refuses content types other than JSON Patch. @throws Refusal 415 or 400, depending on the settings. */
export function checkPatchType(contentType: string | undefined, settings: PatchSettings): void {
  if (contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json-patch+json') return;
  throw settings.wrongContentType === 415
    ? notSupported(415, 'Cannot consume content type')
    : badContent('Cannot consume content type');
}

/**
 * Returns the row with a JSON Patch (RFC 6902) applied. Stores a completion status in upper case, and a date as
 * ISO 8601 in UTC.
 * @throws Refusal 400 if the patch is bad, or if any of its operations can't be applied.
 */
export function patchTask(row: SandboxTask, body: string, settings: PatchSettings, now: number): SandboxTask {
  const operations = readOperations(body)
    .filter((operation) => isPatchable(operation, settings))
    .map((operation) => withStoredStatus(operation, settings));
  const patched = structuredClone(row);
  if (applyPatch(patched, operations).some((problem) => problem !== null)) throw badContent();
  return { ...patched, ...checked(patched), modified: new Date(now).toISOString() };
}

function readOperations(body: string): Operation[] {
  let patch: unknown;
  try {
    patch = JSON.parse(body);
  } catch {
    throw badSyntax('The body is not JSON');
  }
  if (!Array.isArray(patch)) throw badContent('The body is not an array of operations');
  if (!patch.every(isOperation)) throw badContent('An operation is malformed');
  return patch;
}

/** According to the documents, a value is a string, boolean, integer, object or array: never null or a fraction. */
function isOperation(value: unknown): value is Operation {
  if (typeof value !== 'object' || value === null) return false;
  const operation = value as Record<string, unknown>;
  if (typeof operation['op'] !== 'string' || !operationNames.has(operation['op'])) return false;
  if (typeof operation['path'] !== 'string') return false;
  if (operation['op'] === 'move' || operation['op'] === 'copy') return typeof operation['from'] === 'string';
  if (operation['op'] === 'remove') return true;
  const given = operation['value'];
  return given !== undefined && given !== null && (typeof given !== 'number' || Number.isInteger(given));
}

function isPatchable(operation: Operation, settings: PatchSettings): boolean {
  const paths = 'from' in operation ? [operation.path, operation.from] : [operation.path];
  if (paths.every((path) => patchable.has(path))) return true;
  if (settings.patchOtherPaths === 'refuse') throw badContent(`Cannot patch ${operation.path}`);
  return false;
}

function withStoredStatus(operation: Operation, { patchStatusCase }: PatchSettings): Operation {
  if (operation.path !== '/completionStatus' || !('value' in operation)) return operation;
  const value: unknown = operation.value;
  if (typeof value !== 'string') return operation;
  const upper = value.toUpperCase();
  const wrongCase =
    (patchStatusCase === 'upper' && value !== upper) || (patchStatusCase === 'title' && value === upper);
  if (wrongCase) throw badContent(enumProblem('completionStatus', value));
  return { ...operation, value: upper };
}

/** Validates the two patchable fields, and returns them as they are stored. */
function checked(patched: object): Pick<SandboxTask, 'completionStatus' | 'completed'> {
  const { completionStatus, completed } = patched as Record<string, unknown>;
  return { completionStatus: toStatus(completionStatus), completed: toDate(completed) };
}

function toStatus(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'string' && completionStatuses.includes(value)) return value;
  throw badContent(enumProblem('completionStatus', JSON.stringify(value)));
}

/** A date without a zone is treated as UTC. */
function toDate(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string' || !dateTime.test(value)) throw badContent('completed is not a date');
  const iso = value.replace(' ', 'T');
  const time = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  if (Number.isNaN(time.getTime())) throw badContent('completed is not a date');
  return time.toISOString();
}
