import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A source. Other subgraphs own it. This one knows only its id, and resolves its lists of tasks. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A SailPoint source. This API knows its id and adds its tasks.',
  simpleResolvers: true,
})
export class Source {
  @Field(() => ID, { description: 'The source’s id.' })
  id!: string;
}

/** An identity. Other subgraphs own it. This one only refers to it. */
@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A SailPoint identity. This API knows its id alone.', simpleResolvers: true })
export class Identity {
  @Field(() => ID, { description: 'The identity’s id.' })
  id!: string;
}
