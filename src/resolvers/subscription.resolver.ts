import { Args, Resolver, Root, Subscription, type SubscribeResolverData } from 'type-graphql';
import { TaskStatusChangedArgs } from '../model/inputs.js';
import { TaskStatusChange } from '../model/live.model.js';
import type { OperationContext } from './context.js';

/** The subscription of the API. */
@Resolver()
export class SubscriptionResolver {
  @Subscription(() => TaskStatusChange, {
    subscribe: ({
      args,
      context,
    }: SubscribeResolverData<
      unknown,
      TaskStatusChangedArgs,
      OperationContext
    >): AsyncIterable<TaskStatusChange> => context.tasks.watch(args),
    description:
      'Watches tasks. The first event is the present state: the tasks of `ids`, or else the pending tasks. Then an event tells what has changed since the one before. With `ids`, it completes by itself when all of them have ended or are gone.',
  })
  taskStatusChanged(
    @Root() change: TaskStatusChange,
    @Args(() => TaskStatusChangedArgs) _args: TaskStatusChangedArgs,
  ): TaskStatusChange {
    return change;
  }
}
