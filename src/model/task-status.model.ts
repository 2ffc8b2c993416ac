import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CompletionStatus, MessageType, TaskState, TaskStatusType, TaskTargetType } from './enums.js';
import { DateTime, JsonValue } from './scalars.js';

/** What a task works on. Source: `Target`. */
@ObjectType({ description: 'What a task works on.', simpleResolvers: true })
export class TaskTarget {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the source or identity. Null if the upstream sends none.',
  })
  id!: string | null;

  @Field(() => TaskTargetType, {
    nullable: true,
    description: 'Whether the target is a source or an identity. Null if the upstream does not say.',
  })
  type!: TaskTargetType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The target’s name. A source’s name may end in ` [source]`. Null if the upstream sends none.',
  })
  name!: string | null;
}

/** A message in one language. Source: `LocalizedMessage`. */
@ObjectType({ description: 'A message in one language.', simpleResolvers: true })
export class LocalizedText {
  @Field(() => String, {
    nullable: true,
    description: 'The language as a BCP 47 tag, such as `en-US`. Null if the upstream sends none.',
  })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'The text. Null if the upstream sends none.' })
  message!: string | null;
}

/** A message that a task reported. Source: `TaskStatusMessage`; `text` is derived. */
@ObjectType({ description: 'A message that a task reported.', simpleResolvers: true })
export class TaskMessage {
  @Field(() => MessageType, { nullable: true, description: 'The severity. Null if the upstream sends none.' })
  type!: MessageType | null;

  @Field(() => String, {
    nullable: true,
    description: 'The message key; often the whole English sentence. Null if the upstream sends none.',
  })
  key!: string | null;

  @Field(() => LocalizedText, {
    nullable: true,
    description: 'The localized message. Null if the upstream sends none.',
  })
  localizedText!: LocalizedText | null;

  @Field(() => [JsonValue], {
    description:
      'The parameters of the message, strings or objects. A null becomes an empty string, so that indexes hold. Empty if it has none.',
  })
  parameters!: unknown[];

  @Field(() => String, {
    nullable: true,
    description:
      'The message to show: the localized message, or else the key with its parameters. Null if both are missing.',
  })
  text!: string | null;
}

/** The label of one of a task's attributes. Source: `TaskReturnDetails`. */
@ObjectType({ description: 'The label of one of a task’s attributes.', simpleResolvers: true })
export class TaskReturn {
  @Field(() => String, {
    nullable: true,
    description: 'The label, such as `TASK_OUT_ACCOUNT_AGGREGATION_TOTAL`. Null if the upstream sends none.',
  })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key in `attributes` that this label is for. Null if the upstream sends none.',
  })
  attributeName!: string | null;
}

/** An attribute with its label: `returns` joined with `attributes`. */
@ObjectType({
  description: 'A result of a task: an attribute with its label.',
  simpleResolvers: true,
})
export class TaskResult {
  @Field(() => String, { description: 'The label, or the key if the upstream sends no label.' })
  label!: string;

  @Field(() => String, { description: 'The key in `attributes`.' })
  key!: string;

  @Field(() => JsonValue, {
    nullable: true,
    description: 'The value of the attribute. Never null: attributes that are not set are left out.',
  })
  value!: unknown;
}

/** The definition that a task is an instance of. Source: `TaskDefinitionSummary`. */
@ObjectType({ description: 'The definition that a task is an instance of.', simpleResolvers: true })
export class TaskDefinitionSummary {
  @Field(() => ID, { nullable: true, description: 'The definition’s id. Null if the upstream sends none.' })
  id!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The definition’s name, such as `Cloud Account Aggregation`: the most reliable way to tell what a task does. Null if the upstream sends none.',
  })
  uniqueName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the task does, in a sentence. Null if the upstream sends none.',
  })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the parent definition. Null if it has none.',
  })
  parentName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The class that runs the task. Null if the upstream sends none.',
  })
  executor!: string | null;

  @Field(() => JsonValue, { description: 'The definition’s arguments by name. `{}` if it has none.' })
  arguments!: unknown;
}

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
