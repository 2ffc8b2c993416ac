import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { TaskStatusConnection } from '../model/connection.model.js';
import { Identity, Source } from '../model/entities.model.js';
import { PageArgs, TaskStatusesArgs } from '../model/inputs.js';
import { TaskTarget } from '../model/task-status.model.js';
import { targetIdentity, targetSource } from '../translation/task-status.derived.js';
import type { OperationContext } from './context.js';
import { pageSelection } from './page-selection.js';

/** Where a task's target leads: to entities that other subgraphs know more of. */
@Resolver(() => TaskTarget)
export class TaskTargetResolver {
  @FieldResolver(() => Source, {
    nullable: true,
    description: 'The source, where `type` is APPLICATION and `id` is known; else null.',
  })
  source(@Root() target: TaskTarget): Source | null {
    return targetSource(target);
  }

  @FieldResolver(() => Identity, {
    nullable: true,
    description: 'The identity, where `type` is IDENTITY and `id` is known; else null.',
  })
  identity(@Root() target: TaskTarget): Identity | null {
    return targetIdentity(target);
  }
}

/** What this API adds to a source. */
@Resolver(() => Source)
export class SourceResolver {
  @FieldResolver(() => TaskStatusConnection, {
    nullable: true,
    description:
      'The tasks that work on this source, by filter, a page at a time as in `Query.taskStatuses`. The lists of many sources are read together where they fit into a call.',
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
      'The tasks that work on this source and have not finished, a page at a time as in `Query.pendingTasks`.',
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
