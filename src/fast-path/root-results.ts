import type { GraphQLObjectType } from 'graphql';

/** Outcome of a root field: its value, or the error that it threw. */
export type RootOutcome = { readonly value: unknown } | { readonly error: unknown };

/** The part of an operation's context that the fast path writes. */
export interface FastPathContext {
  /** Set if the fast path bailed out after the resolvers ran. The full path uses these for its root fields. */
  rootResults?: RootResults;
}

/** Outcomes of root fields. They settle again in their first order, because errors are listed in that order. */
export class RootResults {
  private promises: ReadonlyMap<string, Promise<unknown>> | undefined;

  /** By response key, in the order in which they settled. */
  constructor(private readonly outcomes: ReadonlyMap<string, RootOutcome>) {}

  get(key: string): Promise<unknown> | undefined {
    this.promises ??= this.settleInOrder();
    return this.promises.get(key);
  }

  /**
   * Each settles after the one before it. graphql-js asks for all of them in one turn, before the first one settles.
   */
  private settleInOrder(): ReadonlyMap<string, Promise<unknown>> {
    let previous: Promise<unknown> = Promise.resolve();
    return new Map(
      [...this.outcomes].map(([key, outcome]) => {
        const settle = (): unknown => {
          if ('error' in outcome) throw outcome.error;
          return outcome.value;
        };
        previous = previous.then(settle, settle);
        previous.catch(() => undefined); // An unused rejection must not end the process.
        return [key, previous];
      }),
    );
  }
}

/** Makes the root fields of a query use the results in the context, if any, so that no upstream call is repeated. */
export function reuseRootResults(query: GraphQLObjectType): void {
  for (const field of Object.values(query.getFields())) {
    const { resolve } = field;
    if (resolve === undefined) continue;
    field.resolve = (root, args, context: FastPathContext, info) =>
      context.rootResults?.get(String(info.path.key)) ?? resolve(root, args, context, info);
  }
}
