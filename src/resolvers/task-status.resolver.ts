import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { TaskStatusConnection } from '../model/connection.model.js';
import { PageArgs, TaskStatusesArgs, UpdateTaskStatusInput } from '../model/inputs.js';
import { UpdateTaskStatusPayload } from '../model/payloads.js';
import { TaskMessage, TaskResult, TaskStatus } from '../model/task-status.model.js';
import {
  durationSeconds,
  messageText,
  statusMessage,
  taskResults,
} from '../translation/task-status.derived.js';
import type { OperationContext } from './context.js';
import { pageNeeds } from './page-needs.js';

/** The root fields, and the fields of a task that are read off its others. */
@Resolver(() => TaskStatus)
export class TaskStatusResolver {
  @Query(() => TaskStatus, {
    nullable: true,
    description: 'A task by its id; null where the upstream has none.',
  })
  taskStatus(
    @Arg('id', () => ID, { description: 'The task’s id: 1 to 128 characters.' }) id: string,
    @Ctx() { tasks }: OperationContext,
  ): Promise<TaskStatus | null> {
    return tasks.byId(id);
  }

  @Query(() => TaskStatusConnection, {
    nullable: true,
    description:
      'Tasks by filter, a page at a time: by `limit` and `offset`, or by `first` and `after`. On upstream versions beta and v2024 the list holds completed tasks only, unless `completionStatus.isNull` is true.',
  })
  taskStatuses(
    @Args(() => TaskStatusesArgs) args: TaskStatusesArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.list(args, pageNeeds(info));
  }

  @Query(() => TaskStatusConnection, {
    nullable: true,
    description:
      'Tasks that have not finished, a page at a time: by `limit` and `offset` in the upstream’s order, or by `first` and `after`, newest first.',
  })
  pendingTasks(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.pending(args, pageNeeds(info));
  }

  @Mutation(() => UpdateTaskStatusPayload, {
    nullable: true,
    description:
      'Patches a task’s record. The upstream takes `/completionStatus` and `/completed` of a pending task: it marks the record as ended and does not stop the job.',
  })
  async updateTaskStatus(
    @Arg('input', () => UpdateTaskStatusInput, { description: 'Which task, and how.' })
    input: UpdateTaskStatusInput,
    @Ctx() { tasks }: OperationContext,
  ): Promise<UpdateTaskStatusPayload> {
    return { taskStatus: await tasks.update(input) };
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The message that tells most: the first ERROR, else the first WARN, else the first.',
  })
  statusMessage(@Root() task: TaskStatus): string | null {
    return statusMessage(task);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Seconds from `launched` to `completed`, or to now; whole, never negative. Null while it is not launched.',
  })
  durationSeconds(@Root() task: TaskStatus, @Ctx() { now }: OperationContext): number | null {
    return durationSeconds(task, now());
  }

  @FieldResolver(() => [TaskResult], {
    description: 'What it brought about: `returns` joined with `attributes`, those that are set.',
  })
  results(@Root() task: TaskStatus): TaskResult[] {
    return taskResults(task);
  }
}

/** The field of a message that is read off its others. */
@Resolver(() => TaskMessage)
export class TaskMessageResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The message for people: the localized one, else the key with its parameters.',
  })
  text(@Root() message: TaskMessage): string | null {
    return messageText(message);
  }
}
