import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A source, which other subgraphs own: known here by its id alone. Its lists of tasks are resolved. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A source of accounts. Known here by its id; its tasks are what this API adds to it.',
  simpleResolvers: true,
})
export class Source {
  @Field(() => ID, { description: 'The source’s id.' })
  id!: string;
}

/** An identity, which other subgraphs own: a reference, and nothing more. */
@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'An identity. Known here by its id alone.', simpleResolvers: true })
export class Identity {
  @Field(() => ID, { description: 'The identity’s id.' })
  id!: string;
}
