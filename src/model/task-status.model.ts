import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CompletionStatus, TaskState, TaskStatusType } from './enums.js';
import { DateTime, JsonValue } from './scalars.js';
import {
  TaskDefinitionSummary,
  TaskMessage,
  TaskResult,
  TaskReturn,
  TaskTarget,
} from './task-details.model.js';

/** A task: an aggregation or another background job. Source: `TaskStatus`. */
@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'A task: an aggregation or another background job. The upstream keeps tasks for 90 days. Every field except `id` may be missing there.',
  simpleResolvers: true,
})
export class TaskStatus {
  @Field(() => ID, {
    description: 'The task’s id. Treat it as opaque, although most are 32 hexadecimal digits.',
  })
  id!: string;

  @Field(() => TaskStatusType, {
    nullable: true,
    description: 'How SailPoint’s scheduler runs the task. Null if the upstream sends none.',
  })
  type!: TaskStatusType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The task’s display name, such as `Cloud Account Aggregation`. Null if the upstream sends none.',
  })
  uniqueName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the task does, in a sentence. Null if the upstream sends none.',
  })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the parent task. Null if it has none.',
  })
  parentName!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Who started the task: a display name, an alias or `System`. Null if the upstream sends none.',
  })
  launcher!: string | null;

  @Field(() => TaskTarget, {
    nullable: true,
    description: 'What the task works on. Null if it has no single target.',
  })
  target!: TaskTarget | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the task was created. Null if the upstream sends no date that can be read.',
  })
  created!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the task’s record last changed. Null if the upstream sends no date that can be read.',
  })
  modified!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the task began to run. Null while it is queued, or if the date can’t be read.',
  })
  launched!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the task ended. Null while it runs, or if the date can’t be read. May be set shortly before `completionStatus`.',
  })
  completed!: string | null;

  @Field(() => CompletionStatus, {
    nullable: true,
    description: 'How the task ended. Null if the upstream has not set it yet.',
  })
  completionStatus!: CompletionStatus | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The completion status exactly as the upstream sends it; use it if `completionStatus` is UNKNOWN. Null if the upstream has not set it yet.',
  })
  rawCompletionStatus!: string | null;

  @Field(() => [TaskMessage], {
    description: 'The messages that the task reported, in the upstream’s order. Empty if there are none.',
  })
  messages!: TaskMessage[];

  @Field(() => [TaskReturn], {
    description:
      'The labels of the attributes. `results` joins them with the values. Empty if there are none.',
  })
  returns!: TaskReturn[];

  @Field(() => JsonValue, {
    description:
      'The task’s attributes by key. The upstream does not document their form. `{}` if there are none.',
  })
  attributes!: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'What the task is doing now, as free text. Null if the upstream sends none.',
  })
  progress!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The progress in percent. The upstream does not promise 0 to 100. Null if it sends none.',
  })
  percentComplete!: number | null;

  @Field(() => TaskDefinitionSummary, {
    nullable: true,
    description: 'The definition of the task. Null if the upstream sends none.',
  })
  taskDefinitionSummary!: TaskDefinitionSummary | null;

  @Field(() => TaskState, {
    description: 'The state, derived from `launched`, `completed` and `completionStatus`.',
  })
  state!: TaskState;

  @Field(() => String, {
    nullable: true,
    description:
      'The most important message: the first ERROR, or else the first WARN, or else the first. Messages without text are skipped. Null if no message has text.',
  })
  statusMessage!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Whole seconds from `launched` to `completed`, or to now if the task has not ended; never negative. Null if `launched` is null, or if the task has ended and `completed` can’t be read.',
  })
  durationSeconds!: number | null;

  @Field(() => [TaskResult], {
    description:
      'The results: `returns` joined with `attributes`. Labels whose attribute is not set are left out.',
  })
  results!: TaskResult[];
}
