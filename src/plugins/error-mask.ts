import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, isValueNode, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../telemetry/logger.js';
import { toGraphQLError } from '../translation/upstream-error.translator.js';
import { UpstreamError } from '../upstream/upstream-error.js';

/**
 * The one edge at which errors become what a client sees: the upstream's by their table, ours as they are, and
 * anything unexpected masked, under an id by which the log tells the rest. Names of the schema are suggested to those
 * who may ask for the schema.
 */
export function createErrorMask(
  log: Log,
  suggestions: boolean,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    const place = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    if (cause instanceof UpstreamError) return { ...toGraphQLError(cause).toJSON(), ...place };
    const limit = formatted.extensions?.['limit'] ?? limitOfParser(formatted);
    if (limit !== undefined) return { ...formatted, extensions: { code: 'OPERATION_TOO_COSTLY', limit } };
    const given = formatted.extensions?.['code'];
    const code = given === 'INTERNAL_SERVER_ERROR' ? (codeOfMistake(error) ?? given) : given;
    if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR')
      return {
        ...formatted,
        ...(!suggestions && { message: withoutSuggestions(formatted.message) }),
        ...(isApollosIntrospection(formatted) && { message: INTROSPECTION_IS_OFF }),
        extensions: { ...formatted.extensions, code },
      };

    const errorId = randomUUID();
    log.error({ errorId, path: formatted.path, err: cause }, 'unexpected error');
    return {
      message: `Something went wrong in the gateway. Quote ${errorId} to its operator.`,
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
    };
  };
}

/**
 * The code of a client's mistake to which neither graphql-js nor Apollo Server gives one. It is told by what was raised
 * first: for a status of HTTP's that blames the client, or for values of the operation, which nobody else wrote. What
 * went wrong in a resolver, or with what it gave, has neither.
 */
function codeOfMistake(error: unknown): string | undefined {
  const raised = firstRaised(error);
  if (!(raised instanceof GraphQLError)) return undefined;
  const { status = 0 } = (raised.extensions['http'] ?? {}) as { status?: number };
  if (status >= 400 && status <= 499) return 'BAD_REQUEST';
  // What breaks off a long list of bad variables names none of them.
  const isInput =
    raised.nodes?.every(isValueNode) ?? raised.message.startsWith('Too many errors processing variables');
  return isInput ? 'BAD_USER_INPUT' : undefined;
}

function firstRaised(error: unknown): unknown {
  let raised = error;
  while (raised instanceof GraphQLError && raised.originalError) raised = raised.originalError;
  return raised;
}

const INTROSPECTION_IS_OFF =
  'Introspection is off, and with it "__schema" and "__type". The operator of the gateway can set INTROSPECTION=on.';

/** Apollo Server's own message names an option of its constructor. */
function isApollosIntrospection({ message, extensions }: GraphQLFormattedError): boolean {
  return (
    extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED' && message.includes('Apollo Server')
  );
}

/** Found from the end: a message may hold a megabyte of a client's own words, at each of which an expression would begin. */
function withoutSuggestions(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return at === -1 ? message : message.slice(0, at).trimEnd();
}

/** The limit by which the parser gave up: it has words for that, but no code. */
function limitOfParser({ message, extensions }: GraphQLFormattedError): string | undefined {
  if (extensions?.['code'] !== 'GRAPHQL_PARSE_FAILED') return undefined;
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(message)) return 'tokens';
  // Each level is a call of its own to the parser.
  return message === 'Maximum call stack size exceeded' ? 'depth' : undefined;
}
