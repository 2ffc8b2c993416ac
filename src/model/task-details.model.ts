import { Field, ID, ObjectType } from 'type-graphql';
import { MessageType, TaskTargetType } from './enums.js';
import { JsonValue } from './scalars.js';

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
