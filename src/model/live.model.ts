import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from './scalars.js';
import { TaskStatus } from './task-status.model.js';

/** What has changed for a viewer since the event before. */
@ObjectType({
  description:
    'What has changed since the event before. The first event is the present state. Events are states, not history: what a task went through between two polls is left out.',
  simpleResolvers: true,
})
export class TaskStatusChange {
  @Field(() => [TaskStatus], {
    description:
      'First the present state; then the tasks that are new, have progressed or have ended, and once more those that no longer match. A task that has ended comes once, in its final state.',
  })
  changed!: TaskStatus[];

  @Field(() => [ID], { description: 'Ids that the upstream no longer has.' })
  gone!: string[];

  @Field(() => DateTime, { description: 'When this state was read.' })
  asOf!: string;

  @Field(() => Boolean, {
    description: 'True if the upstream could not be polled since `asOf`. False again with the next poll.',
  })
  stale!: boolean;
}
