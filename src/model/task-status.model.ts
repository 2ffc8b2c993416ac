import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CompletionStatus, MessageType, TaskState, TaskStatusType, TaskTargetType } from './enums.js';
import { DateTime, JsonValue } from './scalars.js';

/** What a task works on. Source: `Target`. */
@ObjectType({ description: 'What a task works on.', simpleResolvers: true })
export class TaskTarget {
  @Field(() => ID, { nullable: true, description: 'The id of the source or identity.' })
  id!: string | null;

  @Field(() => TaskTargetType, { nullable: true, description: 'Whether a source or an identity.' })
  type!: TaskTargetType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its name as the upstream sends it; a source’s may end in ` [source]`.',
  })
  name!: string | null;
}

/** A text in a language. Source: `LocalizedMessage`. */
@ObjectType({ description: 'A text in a language.', simpleResolvers: true })
export class LocalizedText {
  @Field(() => String, { nullable: true, description: 'The language, such as `en-US`.' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'The text.' })
  message!: string | null;
}

/** One message that a task left. Source: `TaskStatusMessage`; `text` is derived. */
@ObjectType({ description: 'One message that a task left.', simpleResolvers: true })
export class TaskMessage {
  @Field(() => MessageType, { nullable: true, description: 'How grave it is.' })
  type!: MessageType | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the message; often the whole English sentence.',
  })
  key!: string | null;

  @Field(() => LocalizedText, { nullable: true, description: 'The message in a language.' })
  localizedText!: LocalizedText | null;

  @Field(() => [JsonValue], { description: 'What the message is about: strings or objects.' })
  parameters!: unknown[];

  @Field(() => String, {
    nullable: true,
    description: 'The message for people: the localized one, else the key with its parameters.',
  })
  text!: string | null;
}

/** The label of one of a task's attributes. Source: `TaskReturnDetails`. */
@ObjectType({ description: 'The label of one of a task’s attributes.', simpleResolvers: true })
export class TaskReturn {
  @Field(() => String, {
    nullable: true,
    description: 'The label, such as `TASK_OUT_ACCOUNT_AGGREGATION_TOTAL`.',
  })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'The key in `attributes` that it labels.' })
  attributeName!: string | null;
}

/** An attribute with its label: `returns` joined with `attributes`. */
@ObjectType({
  description: 'A result of a task: one of its attributes, with its label.',
  simpleResolvers: true,
})
export class TaskResult {
  @Field(() => String, { description: 'The label; the key where the upstream has none.' })
  label!: string;

  @Field(() => String, { description: 'The key in `attributes`.' })
  key!: string;

  @Field(() => JsonValue, { nullable: true, description: 'The value.' })
  value!: unknown;
}

/** What a task is an instance of. Source: `TaskDefinitionSummary`. */
@ObjectType({ description: 'What a task is an instance of.', simpleResolvers: true })
export class TaskDefinitionSummary {
  @Field(() => ID, { nullable: true, description: 'The definition’s id.' })
  id!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its name, such as `Cloud Account Aggregation`: the reliable word for what a task does.',
  })
  uniqueName!: string | null;

  @Field(() => String, { nullable: true, description: 'What it does, in a sentence.' })
  description!: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the definition above it.' })
  parentName!: string | null;

  @Field(() => String, { nullable: true, description: 'The class that runs it.' })
  executor!: string | null;

  @Field(() => JsonValue, { description: 'Its arguments by name; `{}` where there are none.' })
  arguments!: unknown;
}

/** One task: an aggregation or another background job. Source: `TaskStatus`. */
@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'One task: an aggregation or another background job. The upstream keeps them for 90 days, and only `id` is sure to be there.',
  simpleResolvers: true,
})
export class TaskStatus {
  @Field(() => ID, { description: 'The task’s id; mostly 32 hexadecimal digits, but opaque.' })
  id!: string;

  @Field(() => TaskStatusType, { nullable: true, description: 'How the scheduler holds it.' })
  type!: TaskStatusType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its name for people, such as `Cloud Account Aggregation`.',
  })
  uniqueName!: string | null;

  @Field(() => String, { nullable: true, description: 'What it does, in a sentence.' })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the task above it; null where there is none.',
  })
  parentName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who started it: a display name, an alias or `System`.',
  })
  launcher!: string | null;

  @Field(() => TaskTarget, {
    nullable: true,
    description: 'What it works on; null where it has no one target.',
  })
  target!: TaskTarget | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was created.' })
  created!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When its record last changed.' })
  modified!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began to run; null while it is queued.' })
  launched!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null while it is pending.' })
  completed!: string | null;

  @Field(() => CompletionStatus, { nullable: true, description: 'How it ended; null while it is pending.' })
  completionStatus!: CompletionStatus | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The upstream’s own word for how it ended, exactly as it came: what `completionStatus` UNKNOWN stands for. Null while it is pending.',
  })
  rawCompletionStatus!: string | null;

  @Field(() => [TaskMessage], { description: 'What it reported, in the upstream’s order.' })
  messages!: TaskMessage[];

  @Field(() => [TaskReturn], {
    description: 'The labels of its attributes. See `results` for both together.',
  })
  returns!: TaskReturn[];

  @Field(() => JsonValue, {
    description: 'Its attributes by key, free in form; `{}` where there are none.',
  })
  attributes!: unknown;

  @Field(() => String, { nullable: true, description: 'What it is doing, in free text.' })
  progress!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How far it is, in percent; the upstream does not promise 0 to 100.',
  })
  percentComplete!: number | null;

  @Field(() => TaskDefinitionSummary, { nullable: true, description: 'What it is an instance of.' })
  taskDefinitionSummary!: TaskDefinitionSummary | null;

  @Field(() => TaskState, { description: 'Where it stands, read off its dates and its status.' })
  state!: TaskState;

  @Field(() => String, {
    nullable: true,
    description:
      'The text of the message that tells most: of the first ERROR, else of the first WARN, else of the first. Messages without a text are passed over.',
  })
  statusMessage!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Seconds from `launched` to `completed`, or to now; whole, never negative. Null while it is not launched.',
  })
  durationSeconds!: number | null;

  @Field(() => [TaskResult], {
    description: 'What it brought about: `returns` joined with `attributes`, those that are set.',
  })
  results!: TaskResult[];
}
