import type { Identity, Source } from '../model/entities.model.js';
import { MessageType, TaskState, TaskTargetType } from '../model/enums.js';
import type { TaskMessage, TaskResult, TaskTarget } from '../model/task-details.model.js';
import type { TaskStatus } from '../model/task-status.model.js';

const MAX_INT = 2 ** 31 - 1;

/**
 * Maximum length of a key whose placeholders are filled, in characters. No real message is longer, and a key can repeat
 * a placeholder many times.
 */
const MAX_KEY = 10_000;

/** Maximum total length of filled-in parameters, in characters. Further placeholders stay as they are. */
const MAX_PLACED = 100_000;

/**
 * Returns the localized message, or else the key with its parameters in place of `{0}`, `{1}` …, or appended if none is
 * replaced. Null if there is no text.
 */
export function messageText(message: Omit<TaskMessage, 'text'>): string | null {
  const localized = message.localizedText?.message;
  if (localized?.trim()) return localized;
  const { key } = message;
  if (key === null) return null;
  const parameters = message.parameters.map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  );
  const text = parameters.length === 0 ? key : fill(key, parameters);
  return text.trim() === '' ? null : text;
}

function fill(key: string, parameters: readonly string[]): string {
  let placed = 0;
  const put = (place: string, index: string): string => {
    const parameter = parameters[Number(index)] ?? place;
    placed += parameter.length;
    return placed > MAX_PLACED ? place : parameter;
  };
  const text = key.length > MAX_KEY ? key : key.replace(/\{(\d{1,3})\}/g, put);
  return text === key ? `${key} (${parameters.join(', ')})` : text;
}

/**
 * Returns the text of the first ERROR message, or else of the first WARN, or else of the first message. Skips messages
 * without text. Null if none is left.
 */
export function statusMessage({ messages }: Pick<TaskStatus, 'messages'>): string | null {
  const texts = messages.flatMap(({ type, text }) => (text === null ? [] : [{ type, text }]));
  const first = (type: MessageType): (typeof texts)[number] | undefined =>
    texts.find((message) => message.type === type);
  return (first(MessageType.ERROR) ?? first(MessageType.WARN) ?? texts[0])?.text ?? null;
}

/** Whether the task has finished for good: it never changes again. */
export function hasEnded({ state }: Pick<TaskStatus, 'state'>): boolean {
  return state !== TaskState.QUEUED && state !== TaskState.RUNNING;
}

/**
 * Returns the seconds from `launched` to `completed`, or to `nowMs` while the task runs; whole and never negative. Null
 * if `launched` is null, or if the task has finished but `completed` can't be read.
 */
export function durationSeconds(
  { launched, completed, state }: Pick<TaskStatus, 'launched' | 'completed' | 'state'>,
  nowMs: number,
): number | null {
  if (launched === null) return null;
  if (completed === null && hasEnded({ state })) return null;
  const end = completed === null ? nowMs : Date.parse(completed);
  return Math.min(MAX_INT, Math.max(0, Math.floor((end - Date.parse(launched)) / 1000)));
}

/**
 * Joins `returns` with `attributes`. Leaves out labels whose attribute is absent or null. The default label is the
 * attribute's name. Each attribute is there once; otherwise a long value could be there a thousand times.
 */
export function taskResults({
  returns,
  attributes,
}: Pick<TaskStatus, 'returns' | 'attributes'>): TaskResult[] {
  const values = typeof attributes === 'object' && !Array.isArray(attributes) ? (attributes ?? {}) : {};
  const seen = new Set<string>();
  return returns.flatMap(({ name, attributeName }) => {
    if (attributeName === null || seen.has(attributeName) || !Object.hasOwn(values, attributeName)) return [];
    seen.add(attributeName);
    const value = (values as Record<string, unknown>)[attributeName] ?? null;
    return value === null ? [] : [{ label: name ?? attributeName, key: attributeName, value }];
  });
}

/** Returns the source that a target is. Null if it is something else or has no id. */
export function targetSource({ type, id }: TaskTarget): Source | null {
  return type === TaskTargetType.APPLICATION && id !== null ? { id } : null;
}

/** Returns the identity that a target is. Null if it is something else or has no id. */
export function targetIdentity({ type, id }: TaskTarget): Identity | null {
  return type === TaskTargetType.IDENTITY && id !== null ? { id } : null;
}
