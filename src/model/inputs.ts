import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { CompletionStatus, JsonPatchOp, SortDirection, TaskKind, TaskStatusSortField } from './enums.js';
import { JsonValue } from './scalars.js';

/** A condition on an id. An absent member is no condition; null is refused, since it would widen the match unseen. */
@InputType({ description: 'A condition on an id. Members given together must all hold.' })
export class IdFilterInput {
  @Field(() => ID, { nullable: true, description: 'Is this id.' })
  eq?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Is one of these ids; an empty list matches nothing.' })
  in?: string[] | null;
}

/** A condition on a text. */
@InputType({ description: 'A condition on a text. Members given together must all hold.' })
export class StringFilterInput {
  @Field(() => String, { nullable: true, description: 'Is this text.' })
  eq?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Is one of these texts; an empty list matches nothing.',
  })
  in?: string[] | null;
}

/** A condition on how a task ended. */
@InputType({ description: 'A condition on how a task ended. Members given together must all hold.' })
export class CompletionStatusFilterInput {
  @Field(() => CompletionStatus, { nullable: true, description: 'Ended so. UNKNOWN is refused.' })
  eq?: CompletionStatus | null;

  @Field(() => [CompletionStatus], {
    nullable: true,
    description: 'Ended in one of these ways; an empty list matches nothing. UNKNOWN is refused.',
  })
  in?: CompletionStatus[] | null;

  @Field(() => Boolean, { nullable: true, description: 'True: is pending. False: has a completion status.' })
  isNull?: boolean | null;
}

/** A condition on what a task does. */
@InputType({ description: 'A condition on what a task does. Members given together must all hold.' })
export class TaskKindFilterInput {
  @Field(() => TaskKind, { nullable: true, description: 'Does this.' })
  eq?: TaskKind | null;

  @Field(() => [TaskKind], {
    nullable: true,
    description: 'Does one of these; an empty list matches nothing.',
  })
  in?: TaskKind[] | null;
}

/** Which tasks a list holds. */
@InputType({ description: 'Which tasks a list holds. Conditions given together must all hold.' })
export class TaskStatusFilterInput {
  @Field(() => IdFilterInput, { nullable: true, description: 'On the task’s id.' })
  id?: IdFilterInput | null;

  @Field(() => IdFilterInput, {
    nullable: true,
    description: 'On the id of the source that the task works on.',
  })
  sourceId?: IdFilterInput | null;

  @Field(() => CompletionStatusFilterInput, { nullable: true, description: 'On how the task ended.' })
  completionStatus?: CompletionStatusFilterInput | null;

  @Field(() => TaskKindFilterInput, {
    nullable: true,
    description: 'On what the task does: the upstream’s filter word `type`, which is not the field `type`.',
  })
  kind?: TaskKindFilterInput | null;

  @Field(() => StringFilterInput, {
    nullable: true,
    description: 'On who started the task. Upstream versions v2026 and v1 only.',
  })
  launcher?: StringFilterInput | null;
}

/** The order of a list. */
@InputType({ description: 'The order of a list.' })
export class TaskStatusSortInput {
  @Field(() => TaskStatusSortField, { description: 'What to sort by.' })
  field!: TaskStatusSortField;

  @Field(() => SortDirection, { description: 'Which end comes first.' })
  direction!: SortDirection;
}

/** Which page of a list: page mode or cursor mode. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'Page mode: how many rows, 1 to 250. Default 250.' })
  limit?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Page mode: how many rows to skip, 0 or more. Default 0.',
  })
  offset?: number | null;

  @Field(() => Int, { nullable: true, description: 'Cursor mode: how many rows, 1 to 250. Default 250.' })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Cursor mode: the cursor to continue after. No row is lost or repeated while the list changes.',
  })
  after?: string | null;
}

/** Which tasks, in which order, and which page of them. */
@ArgsType()
export class TaskStatusesArgs extends PageArgs {
  @Field(() => TaskStatusFilterInput, { nullable: true, description: 'Which tasks. Default: all.' })
  filter?: TaskStatusFilterInput | null;

  @Field(() => TaskStatusSortInput, {
    nullable: true,
    description: 'The order. Default: the upstream’s own in page mode, newest first in cursor mode.',
  })
  sort?: TaskStatusSortInput | null;
}

/** One operation of a JSON Patch. */
@InputType({ description: 'One operation of a JSON Patch (RFC 6902).' })
export class JsonPatchOperationInput {
  @Field(() => JsonPatchOp, { description: 'What to do.' })
  op!: JsonPatchOp;

  @Field(() => String, { description: 'Where: a JSON Pointer, such as `/completionStatus`.' })
  path!: string;

  @Field(() => JsonValue, {
    nullable: true,
    description:
      'For ADD, REPLACE and TEST, which need it. Null is a value there. Sent as written: what would not be is refused, such as an integer beyond ±(2^53 − 1).',
  })
  value?: unknown;

  @Field(() => String, { nullable: true, description: 'For MOVE and COPY, which need it: a JSON Pointer.' })
  from?: string | null;
}

/** Which task to update, and how. */
@InputType({ description: 'Which task to update, and how.' })
export class UpdateTaskStatusInput {
  @Field(() => ID, { description: 'The task’s id.' })
  id!: string;

  @Field(() => [JsonPatchOperationInput], { description: 'What to change, in order; all of it or nothing.' })
  patch!: JsonPatchOperationInput[];
}
