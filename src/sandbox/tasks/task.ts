/** A task as it goes over the wire. Enums are plain strings, because inserted tasks can have other values. */
export interface SandboxTask {
  id: string;
  type: string;
  uniqueName: string;
  description: string;
  parentName: string | null;
  launcher: string;
  target?: SandboxTarget | null;
  created: string;
  modified: string | null;
  /** Null while queued. */
  launched: string | null;
  /** Null while queued or running. */
  completed: string | null;
  /** Null while pending. */
  completionStatus: string | null;
  messages: SandboxMessage[];
  returns: { name: string; attributeName: string }[];
  attributes: Record<string, unknown>;
  progress: string | null;
  percentComplete: number;
  taskDefinitionSummary?: SandboxDefinition;
}

/** What a task works on: a source (`APPLICATION`) or an identity. */
export interface SandboxTarget {
  id: string;
  type: string | null;
  name: string;
}

/** A message of a task. `key` is often a whole sentence. */
export interface SandboxMessage {
  type: string;
  key: string;
  localizedText: { locale: string; message: string } | null;
  parameters: (string | object)[] | null;
}

/** The definition that a task was launched from. */
export interface SandboxDefinition {
  id: string;
  uniqueName: string;
  description: string | null;
  parentName: string;
  executor: string | null;
  arguments: Record<string, unknown>;
}

/** Documented completion statuses. */
export const completionStatuses: readonly string[] = [
  'SUCCESS',
  'WARNING',
  'ERROR',
  'TERMINATED',
  'TEMPERROR',
];

/** How a task progresses. What readers see depends on the clock alone, so no timers are needed. */
interface TaskLife {
  /** Epoch ms. Null if it is never launched by itself. */
  readonly launchAt: number | null;
  /** Epoch ms. Null if it never ends by itself. */
  readonly endAt: number | null;
  /** Percentage at which a task that never ends is stuck. */
  readonly stuckAtPercent: number;
  /** Value of `attributes` before the end. */
  readonly attributes: Record<string, unknown>;
}

/** A task in the store: its row at the end, and how it gets there. */
export interface StoredTask {
  readonly row: SandboxTask;
  /** Value that the `type` filter matches. No field of the answer has it. */
  readonly kind: string | null;
  readonly createdMs: number;
  /** Undefined after an insert or a patch: readers see the row as it is. */
  readonly life?: TaskLife;
}

/** Returns `completionStatus` as readers see it at `now`. It appears `raceMs` after the task's end. */
export function statusAt({ row, life }: StoredTask, now: number, raceMs: number): string | null {
  if (life === undefined) return row.completionStatus;
  return life.endAt !== null && now >= life.endAt + raceMs ? row.completionStatus : null;
}

/** Returns the task as readers see it at `now`. */
export function rowAt(task: StoredTask, now: number, raceMs: number): SandboxTask {
  const { row, life } = task;
  if (life === undefined) return row;
  if (life.endAt !== null && now >= life.endAt) {
    const completionStatus = statusAt(task, now, raceMs);
    return completionStatus === row.completionStatus ? row : { ...row, completionStatus };
  }
  const pending = {
    ...row,
    completed: null,
    completionStatus: null,
    messages: [],
    returns: [],
    attributes: life.attributes,
  };
  if (life.launchAt === null || now < life.launchAt) {
    return { ...pending, launched: null, modified: null, progress: null, percentComplete: 0 };
  }
  return { ...pending, ...progressAt(life, life.launchAt, now, row.percentComplete) };
}

/** Progresses from 0 to the final percentage in 100 equal steps. */
function progressAt(
  { endAt, stuckAtPercent }: TaskLife,
  launchAt: number,
  now: number,
  lastPercent: number,
): Pick<SandboxTask, 'modified' | 'progress' | 'percentComplete'> {
  const steps = endAt === null ? 100 : Math.floor((100 * (now - launchAt)) / (endAt - launchAt));
  const modified = endAt === null ? launchAt : launchAt + ((endAt - launchAt) * steps) / 100;
  return {
    modified: new Date(modified).toISOString(),
    progress: progressWord(steps),
    percentComplete: endAt === null ? stuckAtPercent : Math.floor((lastPercent * steps) / 100),
  };
}

function progressWord(percent: number): string {
  if (percent < 5) return 'Initializing...';
  if (percent < 30) return 'Started';
  return percent < 90 ? 'Processing' : 'Finishing';
}
