import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { TaskStatusConnection } from '../model/connection.model.js';
import { PageArgs, TaskStatusesArgs, UpdateTaskStatusInput } from '../model/inputs.js';
import { UpdateTaskStatusPayload } from '../model/payloads.js';
import { TaskStatus } from '../model/task-status.model.js';
import type { OperationContext } from './context.js';
import { pageSelection } from './page-selection.js';

/** The root fields. */
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
    return tasks.list(args, pageSelection(info));
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
    return tasks.pending(args, pageSelection(info));
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
}
