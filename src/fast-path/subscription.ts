import { hash } from 'node:crypto';
import {
  createSourceEventStream,
  execute,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';

/** A subscription that Apollo Server accepted: it was parsed and validated, and it passed every guard. */
export interface AcceptedSubscription {
  readonly source: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The part of an operation's context that is for clients that accept a stream of events. */
export interface StreamRequest {
  /** Whether the operation passed every guard. */
  isExecuted: boolean;
  /** Set if it is a subscription as well. */
  accepted?: AcceptedSubscription;
}

/** The events of a subscription, or why there are none. */
type Opened =
  | { readonly events: AsyncIterator<object, undefined> }
  | { readonly errors: readonly GraphQLFormattedError[] };

/** Runs accepted subscriptions. */
export interface Subscriptions {
  open(operation: AcceptedSubscription, context: object): Promise<Opened>;
  /**
   * Returns the answer to one event, as JSON. Never rejects. There is no context: others may get the same answer, so
   * nothing of it may depend on who asks.
   */
  answer(event: object, operation: AcceptedSubscription): Promise<string>;
  /** Turns what was thrown into what the client sees. */
  toError(thrown: unknown): GraphQLFormattedError;
}

/** Options of graphql-js's execution. */
type ExecutionOptions = NonNullable<ExecutionArgs['options']>;

/** Returns the same key for operations whose answers to an event are the same. */
export function keyOf({ source, operationName, variables }: AcceptedSubscription): string {
  return hash('sha256', JSON.stringify([source, operationName, variables]), 'base64url');
}

/**
 * Creates the runner of a schema's subscriptions. `toError` must hide what clients must not see. `options` are those of
 * other operations.
 */
export function createSubscriptions(
  schema: GraphQLSchema,
  toError: Subscriptions['toError'],
  options: ExecutionOptions,
): Subscriptions {
  const argsFor = ({ document, operationName, variables }: AcceptedSubscription): ExecutionArgs => ({
    schema,
    document,
    variableValues: variables,
    options,
    ...(operationName !== undefined && { operationName }),
  });

  return {
    async open(operation, context) {
      try {
        const opened = await createSourceEventStream({
          ...argsFor(operation),
          contextValue: context,
        });
        if ('errors' in opened) return { errors: (opened.errors ?? []).map(toError) };
        return { events: (opened as AsyncIterable<object, undefined>)[Symbol.asyncIterator]() };
      } catch (error) {
        return { errors: [toError(error)] };
      }
    },
    async answer(event, operation) {
      try {
        const { data, errors }: ExecutionResult = await execute({
          ...argsFor(operation),
          rootValue: event,
        });
        return JSON.stringify({ ...(errors && { errors: errors.map(toError) }), data });
      } catch (error) {
        return JSON.stringify({ errors: [toError(error)] });
      }
    },
    toError,
  };
}
