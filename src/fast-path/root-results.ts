import type { GraphQLObjectType } from 'graphql';

/** What a root field came to: its value, or what it threw. */
export type RootOutcome = { readonly value: unknown } | { readonly error: unknown };

/** The part of an operation's context that the fast path writes. */
export interface FastPathContext {
  /** Set where the fast path bailed out after the resolvers ran: the full path takes these for its root fields. */
  rootResults?: RootResults;
}

/** The outcomes of root fields, to be had again in the order in which they first settled: so are errors listed. */
export class RootResults {
  private promises: ReadonlyMap<string, Promise<unknown>> | undefined;

  /** By response key, in the order in which they settled. */
  constructor(private readonly outcomes: ReadonlyMap<string, RootOutcome>) {}

  get(key: string): Promise<unknown> | undefined {
    this.promises ??= this.settleInOrder();
    return this.promises.get(key);
  }

  /** Each settles after the one before it, once graphql-js has asked for all of them: it asks for all in one turn. */
  private settleInOrder(): ReadonlyMap<string, Promise<unknown>> {
    let previous: Promise<unknown> = Promise.resolve();
    return new Map(
      [...this.outcomes].map(([key, outcome]) => {
        const settle = (): unknown => {
          if ('error' in outcome) throw outcome.error;
          return outcome.value;
        };
        previous = previous.then(settle, settle);
        previous.catch(() => undefined); // One that isn't asked for must not end the process.
        return [key, previous];
      }),
    );
  }
}

/** Has the root fields of a query take the results in the context, if there are any, so that no upstream call is repeated. */
export function reuseRootResults(query: GraphQLObjectType): void {
  for (const field of Object.values(query.getFields())) {
    const { resolve } = field;
    if (resolve === undefined) continue;
    field.resolve = (root, args, context: FastPathContext, info) =>
      context.rootResults?.get(String(info.path.key)) ?? resolve(root, args, context, info);
  }
}
