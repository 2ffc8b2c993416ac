import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { TaskStatusConnection } from '../model/connection.model.js';
import { Identity, Source } from '../model/entities.model.js';
import { PageArgs, TaskStatusesArgs } from '../model/inputs.js';
import { TaskTarget } from '../model/task-details.model.js';
import { targetIdentity, targetSource } from '../translation/task-status.derived.js';
import type { OperationContext } from './context.js';
import { pageSelection } from './page-selection.js';

/** Links a task's target to entities of other subgraphs. */
@Resolver(() => TaskTarget)
export class TaskTargetResolver {
  @FieldResolver(() => Source, {
    nullable: true,
    description: 'The source. Null unless `type` is APPLICATION and `id` is set.',
  })
  source(@Root() target: TaskTarget): Source | null {
    return targetSource(target);
  }

  @FieldResolver(() => Identity, {
    nullable: true,
    description: 'The identity. Null unless `type` is IDENTITY and `id` is set.',
  })
  identity(@Root() target: TaskTarget): Identity | null {
    return targetIdentity(target);
  }
}

/** The fields that this API adds to a source. */
@Resolver(() => Source)
export class SourceResolver {
  @FieldResolver(() => TaskStatusConnection, {
    nullable: true,
    description:
      'Lists this source’s tasks, as `Query.taskStatuses` does. Several sources share an upstream call where possible. Null only with an error.',
  })
  taskStatuses(
    @Root() source: Source,
    @Args(() => TaskStatusesArgs) args: TaskStatusesArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.listOfSource(source.id, args, pageSelection(info));
  }

  @FieldResolver(() => TaskStatusConnection, {
    nullable: true,
    description:
      'Lists this source’s tasks without a completion status, as `Query.pendingTasks` does. Null only with an error.',
  })
  pendingTasks(
    @Root() source: Source,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { tasks }: OperationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TaskStatusConnection> {
    return tasks.pendingOfSource(source.id, args, pageSelection(info));
  }
}
