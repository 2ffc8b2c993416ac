import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { TaskStatus } from './task-status.model.js';

/** Where a page is in its list. As in the Relay cursor connections specification, so that subgraphs can share it. */
@Directive('@shareable')
@ObjectType({ description: 'Where a page is in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'True if rows follow this page. Exact; may cost an upstream call, made only when selected.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True if rows precede this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first row. Null if the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last row. Null if the page is empty.',
  })
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
      'The number of rows in the whole list. Costly for the upstream; counted only when selected. Null if the upstream sent no count.',
  })
  totalCount!: number | null;
}
