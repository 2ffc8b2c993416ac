import { hash } from 'node:crypto';
import {
  createSourceEventStream,
  execute,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/** A subscription that Apollo Server accepted: it was parsed and validated, and it passed every guard. */
export interface AcceptedSubscription {
  /** The same for operations whose answers to an event are the same. */
  readonly key: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** Those that the operation declares, as the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The part of an operation's context that is for clients that accept a stream of events. */
export interface StreamRequest {
  /** Whether the client accepts JSON as well. */
  readonly acceptsJson: boolean;
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
   * Returns the answer to one event, as JSON, and its errors. Never rejects. There is no context: others may get the
   * same answer, so nothing of it may depend on who asks.
   */
  answer(
    event: object,
    operation: AcceptedSubscription,
  ): Promise<{ readonly result: string; readonly errors: readonly GraphQLFormattedError[] }>;
  /** Turns what was thrown into what the client sees. */
  toError(thrown: unknown): GraphQLFormattedError;
}

/** Options of graphql-js's execution. */
type ExecutionOptions = NonNullable<ExecutionArgs['options']>;

/** Keeps of a request what its events need. A stream lives for long, and a request may have a megabyte. */
export function acceptSubscription({
  source,
  document,
  operation,
  operationName,
  variables,
}: SubscriptionRequest): AcceptedSubscription {
  const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const own = Object.fromEntries(
    declared.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
  const key = hash('sha256', JSON.stringify([source, operationName, own]), 'base64url');
  return { key, document, operationName, variables: own };
}

/** A subscription as it was sent. */
interface SubscriptionRequest extends Omit<AcceptedSubscription, 'key'> {
  readonly source: string;
  readonly operation: OperationDefinitionNode;
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
        const { data, errors: raised }: ExecutionResult = await execute({
          ...argsFor(operation),
          rootValue: event,
        });
        const errors = (raised ?? []).map(toError);
        return { result: JSON.stringify({ ...(raised && { errors }), data }), errors };
      } catch (error) {
        const errors = [toError(error)];
        return { result: JSON.stringify({ errors }), errors };
      }
    },
    toError,
  };
}
