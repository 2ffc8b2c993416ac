import { Field, ObjectType } from 'type-graphql';
import { TaskStatus } from './task-status.model.js';

/** What an update gives back. */
@ObjectType({ description: 'What an update gives back.', simpleResolvers: true })
export class UpdateTaskStatusPayload {
  @Field(() => TaskStatus, {
    nullable: true,
    description: 'The task as updated; null only if the update was applied and its answer could not be read.',
  })
  taskStatus!: TaskStatus | null;
}
