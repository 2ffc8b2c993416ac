import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { CompletionStatus, JsonPatchOp, SortDirection, TaskKind, TaskStatusSortField } from './enums.js';
import { JsonValue } from './scalars.js';

/** A condition on an id. An absent member sets no condition. Null is refused, because it would silently match more. */
@InputType({ description: 'A condition on an id. If you set several members, all must hold.' })
export class IdFilterInput {
  @Field(() => ID, { nullable: true, description: 'Equal to this id.' })
  eq?: string | null;

  @Field(() => [ID], { nullable: true, description: 'One of these ids. An empty list matches nothing.' })
  in?: string[] | null;
}

/** A condition on a string. */
@InputType({ description: 'A condition on a string. If you set several members, all must hold.' })
export class StringFilterInput {
  @Field(() => String, { nullable: true, description: 'Equal to this string.' })
  eq?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'One of these strings. An empty list matches nothing.',
  })
  in?: string[] | null;
}

/** A condition on how a task ended. */
@InputType({
  description: 'A condition on the completion status. If you set several members, all must hold.',
})
export class CompletionStatusFilterInput {
  @Field(() => CompletionStatus, { nullable: true, description: 'Equal to this status. UNKNOWN is refused.' })
  eq?: CompletionStatus | null;

  @Field(() => [CompletionStatus], {
    nullable: true,
    description: 'One of these statuses. An empty list matches nothing. UNKNOWN is refused.',
  })
  in?: CompletionStatus[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True matches tasks without a completion status, false tasks with one.',
  })
  isNull?: boolean | null;
}

/** A condition on what a task does. */
@InputType({ description: 'A condition on what a task does. If you set several members, all must hold.' })
export class TaskKindFilterInput {
  @Field(() => TaskKind, { nullable: true, description: 'Of this kind.' })
  eq?: TaskKind | null;

  @Field(() => [TaskKind], {
    nullable: true,
    description: 'Of one of these kinds. An empty list matches nothing.',
  })
  in?: TaskKind[] | null;
}

/** Which tasks to list. */
@InputType({ description: 'Which tasks to list. If you set several conditions, all must hold.' })
export class TaskStatusFilterInput {
  @Field(() => IdFilterInput, { nullable: true, description: 'Filters by the task’s id.' })
  id?: IdFilterInput | null;

  @Field(() => IdFilterInput, {
    nullable: true,
    description: 'Filters by the id of the source that the task works on.',
  })
  sourceId?: IdFilterInput | null;

  @Field(() => CompletionStatusFilterInput, { nullable: true, description: 'Filters by how the task ended.' })
  completionStatus?: CompletionStatusFilterInput | null;

  @Field(() => TaskKindFilterInput, {
    nullable: true,
    description: 'Filters by what the task does. Not the field `type`, which has other values.',
  })
  kind?: TaskKindFilterInput | null;

  @Field(() => StringFilterInput, {
    nullable: true,
    description: 'Filters by who started the task. Needs API version v2026 or v1.',
  })
  launcher?: StringFilterInput | null;
}

/** The order of a list. */
@InputType({ description: 'The order of a list.' })
export class TaskStatusSortInput {
  @Field(() => TaskStatusSortField, { description: 'The field to sort by.' })
  field!: TaskStatusSortField;

  @Field(() => SortDirection, { description: 'Oldest or newest first.' })
  direction!: SortDirection;
}

/** Which page of a list, in page mode or cursor mode. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'Page mode: the number of rows, 1 to 250. Default 250.' })
  limit?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Page mode: the number of rows to skip, 0 or more. Default 0.',
  })
  offset?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Cursor mode: the number of rows, 1 to 250. Default 250.',
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Cursor mode: the cursor to continue after. In a sorted list, no row that stays in it is lost or repeated while it changes.',
  })
  after?: string | null;
}

/** Which tasks to list, in which order, and which page of them. */
@ArgsType()
export class TaskStatusesArgs extends PageArgs {
  @Field(() => TaskStatusFilterInput, { nullable: true, description: 'Which tasks to list. Default: all.' })
  filter?: TaskStatusFilterInput | null;

  @Field(() => TaskStatusSortInput, {
    nullable: true,
    description:
      'The order of the list. Default: the upstream’s order in page mode, newest first in cursor mode.',
  })
  sort?: TaskStatusSortInput | null;
}

/** Which tasks to watch. */
@ArgsType()
export class TaskStatusChangedArgs {
  @Field(() => [ID], {
    nullable: true,
    description:
      'The tasks to watch, in any state; an empty list watches nothing. Default: all tasks that are pending now or begin later.',
  })
  ids?: string[] | null;

  @Field(() => TaskStatusFilterInput, {
    nullable: true,
    description:
      'Which of these tasks to tell of. A condition on the completion status matches a task once it has ended. `kind` takes CLOUD_ACCOUNT_AGGREGATION and CLOUD_GROUP_AGGREGATION only. Default: all.',
  })
  filter?: TaskStatusFilterInput | null;
}

/** One operation of a JSON Patch. */
@InputType({ description: 'One operation of a JSON Patch (RFC 6902).' })
export class JsonPatchOperationInput {
  @Field(() => JsonPatchOp, { description: 'The operation.' })
  op!: JsonPatchOp;

  @Field(() => String, {
    description: 'The target of the operation: a JSON Pointer (RFC 6901), such as `/completionStatus`.',
  })
  path!: string;

  @Field(() => JsonValue, {
    nullable: true,
    description:
      'The value to add, replace with or test for. ADD, REPLACE and TEST need it, and null counts as a value. Integers beyond ±(2^53 − 1) and numbers that are not finite are refused; decimals are doubles.',
  })
  value?: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'Where to move or copy from: a JSON Pointer (RFC 6901). MOVE and COPY need it.',
  })
  from?: string | null;
}

/** Which task to update, and how. */
@InputType({ description: 'The task to update and the changes to make.' })
export class UpdateTaskStatusInput {
  @Field(() => ID, { description: 'The task’s id: 1 to 128 characters.' })
  id!: string;

  @Field(() => [JsonPatchOperationInput], { description: 'The changes, in order. All are applied, or none.' })
  patch!: JsonPatchOperationInput[];
}
