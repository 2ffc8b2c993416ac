import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { TaskStatus } from './task-status.model.js';

/** Where a page stands in its list, as the Relay cursor connections specification has it, and so as other subgraphs do. */
@Directive('@shareable')
@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Whether rows follow this page. Exact; asked of the upstream only when selected.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether rows precede this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first row; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last row; null on an empty page.' })
  endCursor!: string | null;
}

/** A row with its cursor. */
@ObjectType({ description: 'A row with its cursor.', simpleResolvers: true })
export class TaskStatusEdge {
  @Field(() => String, {
    description: 'Pass it as `after` to continue after this row, with the same filter and sort.',
  })
  cursor!: string;

  @Field(() => TaskStatus, { description: 'The row.' })
  node!: TaskStatus;
}

/** A page of tasks. */
@ObjectType({ description: 'A page of tasks.', simpleResolvers: true })
export class TaskStatusConnection {
  @Field(() => [TaskStatus], { description: 'The rows.' })
  nodes!: TaskStatus[];

  @Field(() => [TaskStatusEdge], { description: 'The rows with their cursors.' })
  edges!: TaskStatusEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands in its list.' })
  pageInfo!: PageInfo;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many rows the whole list has. Costly: asked of the upstream only when selected. Null where it did not say.',
  })
  totalCount!: number | null;
}
