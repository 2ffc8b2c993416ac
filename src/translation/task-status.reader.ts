import { isDeepStrictEqual } from 'node:util';
import { CompletionStatus, MessageType, TaskState, TaskStatusType, TaskTargetType } from '../model/enums.js';
import type {
  LocalizedText,
  TaskDefinitionSummary,
  TaskMessage,
  TaskResult,
  TaskReturn,
  TaskTarget,
} from '../model/task-details.model.js';
import type { TaskStatus } from '../model/task-status.model.js';
import { isDateSet, readInstant } from './instant.js';
import { durationSeconds, messageText, statusMessage, taskResults } from './task-status.derived.js';
import type { WireTaskStatus } from '../upstream/wire.js';

/** Maximum nesting of lists and objects in a free-form value. */
const MAX_LEVELS = 100;

/**
 * Reads a row leniently: neither this nor a field throws. Undefined if the row has no id. Fields, also derived ones,
 * are read from the row on each access. `now` returns epoch milliseconds.
 *
 * Rows are classes because of their getters: V8 gives each object literal with a getter its own shape, which keeps
 * everything that the getter sees alive until the next full collection.
 */
export function readTaskStatus(wire: unknown, now: () => number): TaskStatus | undefined {
  if (!isRecord(wire)) return undefined;
  const id = readText(wire['id']);
  return id === null || id === '' ? undefined : new TaskRow(id, wire, now);
}

/** Whether the upstream sent the same for both. Ignores what depends on the time. */
export function isSameTask(a: TaskStatus, b: TaskStatus): boolean {
  return a === b || (a instanceof TaskRow && b instanceof TaskRow && a.isLike(b));
}

class TaskRow implements TaskStatus {
  constructor(
    readonly id: string,
    private readonly wire: WireTaskStatus,
    private readonly now: () => number,
  ) {}

  isLike(other: TaskRow): boolean {
    return isDeepStrictEqual(this.wire, other.wire);
  }

  get type(): TaskStatus['type'] {
    return readTaskStatusType(this.wire.type);
  }
  get uniqueName(): string | null {
    return readText(this.wire.uniqueName);
  }
  get description(): string | null {
    return readText(this.wire.description);
  }
  get parentName(): string | null {
    return readText(this.wire.parentName);
  }
  get launcher(): string | null {
    return readText(this.wire.launcher);
  }
  get target(): TaskTarget | null {
    const { target } = this.wire;
    return isRecord(target) ? readTarget(target) : null;
  }
  get created(): string | null {
    return readInstant(this.wire.created);
  }
  get modified(): string | null {
    return readInstant(this.wire.modified);
  }
  get launched(): string | null {
    return readInstant(this.wire.launched);
  }
  get completed(): string | null {
    return readInstant(this.wire.completed);
  }
  get completionStatus(): CompletionStatus | null {
    return readCompletionStatus(this.wire.completionStatus);
  }
  get rawCompletionStatus(): string | null {
    const { completionStatus } = this.wire;
    return isSet(completionStatus) ? readText(completionStatus) : null;
  }
  get messages(): TaskMessage[] {
    return readList(this.wire.messages, (message) => new MessageRow(message));
  }
  get returns(): TaskReturn[] {
    return readList(this.wire.returns, readReturn);
  }
  get attributes(): unknown {
    return readJson(this.wire.attributes) ?? {};
  }
  get progress(): string | null {
    return readText(this.wire.progress);
  }
  get percentComplete(): number | null {
    return readInt(this.wire.percentComplete);
  }
  get taskDefinitionSummary(): TaskDefinitionSummary | null {
    const { taskDefinitionSummary: summary } = this.wire;
    return isRecord(summary) ? new SummaryRow(summary) : null;
  }
  get state(): TaskState {
    return readState(this.wire, this.completionStatus);
  }
  get statusMessage(): string | null {
    return statusMessage(this);
  }
  get durationSeconds(): number | null {
    return durationSeconds(this, this.now());
  }
  get results(): TaskResult[] {
    return taskResults(this);
  }
}

/**
 * A task is finished only if both `completed` and `completionStatus` are set, because the upstream writes them one
 * after the other.
 */
function readState(row: WireTaskStatus, status: CompletionStatus | null): TaskState {
  if (!isDateSet(row.completed) || status === null)
    return isDateSet(row.launched) ? TaskState.RUNNING : TaskState.QUEUED;
  switch (status) {
    case CompletionStatus.SUCCESS:
      return TaskState.SUCCEEDED;
    case CompletionStatus.WARNING:
      return TaskState.WARNED;
    case CompletionStatus.ERROR:
    case CompletionStatus.TEMP_ERROR:
      return TaskState.FAILED;
    case CompletionStatus.TERMINATED:
      return TaskState.TERMINATED;
    case CompletionStatus.UNKNOWN:
      return TaskState.UNKNOWN;
  }
}

/**
 * Creates a reader of an enum that ignores case, blanks, hyphens and underscores. It returns null if the value is not
 * set, and `unknown` for any other value. Aliases are further names of members, in capitals without separators.
 */
function enumReader<T extends string>(
  members: Record<string, T>,
  unknown: T,
  aliases: Record<string, T> = {},
): (value: unknown) => T | null {
  const fold = (text: string): string => text.toUpperCase().replace(/[\s_-]+/g, '');
  const exact = new Map<unknown, T>(Object.values(members).map((member) => [member, member]));
  const folded = new Map([
    ...Object.values(members).map((member) => [fold(member), member] as const),
    ...Object.entries(aliases),
  ]);
  return (value) => {
    const known = exact.get(value);
    if (known !== undefined) return known;
    if (!isSet(value)) return null;
    return (typeof value === 'string' && folded.get(fold(value))) || unknown;
  };
}

const readTaskStatusType = enumReader(TaskStatusType, TaskStatusType.UNKNOWN);
const readCompletionStatus = enumReader(CompletionStatus, CompletionStatus.UNKNOWN);
const readTargetType = enumReader(TaskTargetType, TaskTargetType.UNKNOWN);
// The upstream says WARN in messages, but WARNING in statuses. Accept both.
const readMessageType = enumReader(MessageType, MessageType.UNKNOWN, { WARNING: MessageType.WARN });

function readTarget(wire: Record<string, unknown>): TaskTarget {
  return { id: readText(wire['id']), type: readTargetType(wire['type']), name: readText(wire['name']) };
}

class MessageRow implements TaskMessage {
  constructor(private readonly wire: Record<string, unknown>) {}

  get type(): TaskMessage['type'] {
    return readMessageType(this.wire['type']);
  }
  get key(): string | null {
    return readText(this.wire['key']);
  }
  get localizedText(): LocalizedText | null {
    return readLocalizedText(this.wire['localizedText']);
  }
  get parameters(): unknown[] {
    const { parameters } = this.wire;
    // A null becomes '' and keeps its index, because a text refers to its parameters by index.
    return Array.isArray(parameters) ? parameters.map((item: unknown) => readJson(item) ?? '') : [];
  }
  get text(): string | null {
    return messageText(this);
  }
}

function readLocalizedText(wire: unknown): LocalizedText | null {
  if (typeof wire === 'string') return { locale: null, message: wire };
  return isRecord(wire) ? { locale: readText(wire['locale']), message: readText(wire['message']) } : null;
}

function readReturn(wire: Record<string, unknown>): TaskReturn {
  return { name: readText(wire['name']), attributeName: readText(wire['attributeName']) };
}

class SummaryRow implements TaskDefinitionSummary {
  constructor(private readonly wire: Record<string, unknown>) {}

  get id(): string | null {
    return readText(this.wire['id']);
  }
  get uniqueName(): string | null {
    return readText(this.wire['uniqueName']);
  }
  get description(): string | null {
    return readText(this.wire['description']);
  }
  get parentName(): string | null {
    return readText(this.wire['parentName']);
  }
  get executor(): string | null {
    return readText(this.wire['executor']);
  }
  get arguments(): unknown {
    return readJson(this.wire['arguments']) ?? {};
  }
}

function readList<T>(wire: unknown, read: (item: Record<string, unknown>) => T): T[] {
  return Array.isArray(wire) ? wire.filter(isRecord).map(read) : [];
}

/** Returns the value unchanged. Undefined if it nests too deeply to be written in an answer. */
function readJson(value: unknown): unknown {
  return nestsBeyond(value, MAX_LEVELS) ? undefined : value;
}

function nestsBeyond(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => nestsBeyond(item, levels - 1));
}

function readText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function readInt(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  const int = Math.trunc(number);
  return Math.abs(int) < 2 ** 31 ? int : null;
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && (typeof value !== 'string' || value.trim() !== '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
