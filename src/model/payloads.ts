import { Field, ObjectType } from 'type-graphql';
import { TaskStatus } from './task-status.model.js';

/** The result of an update. */
@ObjectType({ description: 'The result of an update.', simpleResolvers: true })
export class UpdateTaskStatusPayload {
  @Field(() => TaskStatus, {
    nullable: true,
    description:
      'The updated task. Null if the update was applied but the upstream’s answer could not be read.',
  })
  taskStatus!: TaskStatus | null;
}
