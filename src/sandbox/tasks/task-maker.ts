import { Random } from '../random.js';
import { type TaskDefinition, kindOf, taskDefinitions } from './definitions.js';
import { messagesFor } from './messages.js';
import { identities, launchers, seededSources } from './sources.js';
import { type SandboxDefinition, type SandboxTarget, type SandboxTask, type StoredTask } from './task.js';

/** When a task is created, launched and finished, in epoch ms. Null if never by itself. */
export interface TaskTimes {
  readonly createdMs: number;
  readonly launchAt: number | null;
  readonly endAt: number | null;
}

const outcomes = [
  { status: 'SUCCESS', weight: 78 },
  { status: 'WARNING', weight: 8 },
  { status: 'ERROR', weight: 9 },
  { status: 'TERMINATED', weight: 3 },
  { status: 'TEMPERROR', weight: 2 },
] as const;

/** Makes tasks like those of a tenant. Everything except the times depends on the seed. */
export class TaskMaker {
  readonly #random: Random;
  readonly #org: string;
  readonly #sources: (SandboxTarget & { plainName: string; weight: number })[];
  readonly #people: SandboxTarget[];
  readonly #definitionIds: Map<TaskDefinition, string>;

  constructor(seed: string) {
    const random = new Random(seed);
    this.#random = random;
    this.#org = 'sandbox';
    this.#sources = seededSources.map(({ name, weight }) => ({
      id: random.hex(32),
      type: 'APPLICATION',
      name: `${name} [source]`,
      plainName: name,
      weight,
    }));
    this.#people = identities.map((name) => ({ id: random.hex(32), type: 'IDENTITY', name }));
    this.#definitionIds = new Map(taskDefinitions.map((definition) => [definition, random.hex(32)]));
  }

  /** Makes the next task. */
  make({ createdMs, launchAt, endAt }: TaskTimes): StoredTask {
    const random = this.#random;
    const definition = random.weighted(taskDefinitions);
    const { target, sourceName } = this.#targetOf(definition);
    const { status } = random.weighted(outcomes);
    const early = this.#attributesOf(definition, target, sourceName);
    const late = Object.fromEntries(
      definition.results.map(([, attribute]) => [attribute, this.#resultOf(attribute, sourceName)]),
    );
    const end = new Date(endAt ?? createdMs).toISOString();
    const row: SandboxTask = {
      id: random.hex(32),
      type: definition.type,
      uniqueName: nameOf(definition, target, random),
      description: definition.description,
      parentName: random.chance(0.4) ? definition.uniqueName : null,
      launcher: random.weighted(launchers).name,
      ...(target === undefined ? {} : { target }),
      created: new Date(createdMs).toISOString(),
      modified: end,
      launched: new Date(launchAt ?? createdMs).toISOString(),
      completed: end,
      completionStatus: status,
      messages: messagesFor(status, random, sourceName),
      returns: definition.results.map(([name, attributeName]) => ({ name, attributeName })),
      attributes: { ...early, ...late },
      progress: random.chance(0.7) ? 'Completed' : null,
      percentComplete: status === 'SUCCESS' || status === 'WARNING' ? 100 : random.integer(0, 99),
      ...(random.chance(0.7) ? { taskDefinitionSummary: this.#summaryOf(definition) } : {}),
    };
    const life = { launchAt, endAt, stuckAtPercent: random.integer(0, 99), attributes: early };
    return { row, kind: kindOf(row), createdMs, life };
  }

  /** Returns an id for a task that was inserted without one. */
  newId(): string {
    return this.#random.hex(32);
  }

  /** Returns the messages of a task that didn't end by itself. */
  messagesFor(status: string, row: SandboxTask): SandboxTask['messages'] {
    return messagesFor(status, this.#random, row.target?.name ?? row.uniqueName);
  }

  #targetOf(definition: TaskDefinition): { target: SandboxTarget | null | undefined; sourceName: string } {
    const random = this.#random;
    if (definition.target === 'source') {
      const { plainName, id, type, name } = random.weighted(this.#sources);
      return { target: random.chance(0.01) ? null : { id, type, name }, sourceName: plainName };
    }
    if (definition.target === 'identity') {
      const person = random.pick(this.#people);
      return { target: person, sourceName: person.name };
    }
    return { target: random.chance(0.5) ? null : undefined, sourceName: this.#org };
  }

  #attributesOf(
    definition: TaskDefinition,
    target: SandboxTarget | null | undefined,
    sourceName: string,
  ): Record<string, unknown> {
    const random = this.#random;
    return {
      ...(target?.type === 'APPLICATION' ? { appId: target.id, applications: `${sourceName}[1]` } : {}),
      ...(definition.results.length === 0 ? {} : { taskStartDelay: random.integer(0, 5000) }),
      ...(definition.type === 'QPOC' ? { qpocJobId: random.uuid() } : {}),
      ...(random.chance(0.3) ? { identityCount: random.integer(0, 20_000) } : {}),
      eventId: random.integer(1, 9_999_999),
      creatorRequestId: random.hex(32),
      creatorSpanId: random.hex(16),
      creatorStack: { service: 'sweep', pod: 'sandbox', depth: random.integer(1, 4) },
      org: this.#org,
    };
  }

  #resultOf(attribute: string, sourceName: string): string | number {
    if (attribute === 'applications') return `${sourceName}[1]`;
    if (attribute === 'optimizedAggregation') return 'enabled';
    return this.#random.integer(0, attribute === 'total' ? 40_000 : 900);
  }

  #summaryOf(definition: TaskDefinition): SandboxDefinition {
    return {
      id: this.#definitionIds.get(definition) ?? this.newId(),
      uniqueName: definition.uniqueName,
      description: this.#random.chance(0.9) ? definition.description : null,
      parentName: definition.uniqueName,
      executor: this.#random.chance(0.95) ? definition.executor : null,
      arguments: {
        mantisExecutor: `com.sailpoint.mantis.tasks.${definition.uniqueName.replaceAll(' ', '')}Task`,
        serviceMethod: 'execute',
      },
    };
  }
}

function nameOf(
  { uniqueName }: TaskDefinition,
  target: SandboxTarget | null | undefined,
  random: Random,
): string {
  return random.chance(0.15) && target ? `${uniqueName} - ${target.name}` : uniqueName;
}
