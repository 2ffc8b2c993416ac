import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { TaskStatusConnection } from '../model/connection.model.js';
import { PageArgs, TaskStatusesArgs, UpdateTaskStatusInput } from '../model/inputs.js';
import { UpdateTaskStatusPayload } from '../model/payloads.js';
import { TaskStatus } from '../model/task-status.model.js';
import type { OperationContext } from './context.js';
import { pageSelection } from './page-selection.js';

/** Root fields of the API. */
@Resolver(() => TaskStatus)
export class TaskStatusResolver {
  @Query(() => TaskStatus, {
    nullable: true,
    description: 'Gets a task by id. Null without an error if there is no such task.',
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
      'Lists tasks by filter and page: `limit` and `offset`, or `first` and `after`. API versions beta and v2024 list completed tasks only, unless `completionStatus.isNull` is true. Null only with an error.',
  })
  taskStatuses(
    @Args(() => TaskStatusesArgs) args: TaskStatusesArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.list(args, pageSelection(info));
  }

  @Query(() => TaskStatusConnection, {
    nullable: true,
    description:
      'Lists tasks without a completion status: by `limit` and `offset` in the upstream’s order, or by `first` and `after`, newest first. Null only with an error.',
  })
  pendingTasks(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.pending(args, pageSelection(info));
  }

  @Mutation(() => UpdateTaskStatusPayload, {
    nullable: true,
    description:
      'Changes a task’s record. The upstream accepts `/completionStatus` and `/completed` of a pending task. It marks the record as ended; it does not stop the job. Null only with an error.',
  })
  async updateTaskStatus(
    @Arg('input', () => UpdateTaskStatusInput, { description: 'Which task, and how.' })
    input: UpdateTaskStatusInput,
    @Ctx() { tasks }: OperationContext,
  ): Promise<UpdateTaskStatusPayload> {
    return { taskStatus: await tasks.update(input) };
  }
}
