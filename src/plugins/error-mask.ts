import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, isValueNode, Kind, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../telemetry/logger.js';
import { toGraphQLError } from '../translation/upstream-error.translator.js';
import { UpstreamError } from '../upstream/upstream-error.js';

/**
 * Creates the one function that turns errors into what a client sees. Translates errors of the upstream, keeps those
 * with a code, and masks unexpected ones: the client gets an id under which the log has the details. `suggestions`
 * keeps names of the schema in messages ("Did you mean …"). Only clients that may read the schema should get them.
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
 * Returns the code of a client's mistake that graphql-js and Apollo Server leave without one. Undefined if it isn't the
 * client's. The error that was raised first decides: it has an HTTP status of 4xx, or its nodes are values of the
 * operation, which only the client writes. Errors of a resolver, or of what it returned, have neither.
 */
function codeOfMistake(error: unknown): string | undefined {
  // A value that doesn't fit its variable: the error that was raised first has no nodes.
  if (error instanceof GraphQLError && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION)
    return 'BAD_USER_INPUT';
  const raised = firstRaised(error);
  if (!(raised instanceof GraphQLError)) return undefined;
  const { status = 0 } = (raised.extensions['http'] ?? {}) as { status?: number };
  if (status >= 400 && status <= 499) return 'BAD_REQUEST';
  // graphql-js's error for too many bad variables has no nodes.
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

/** Whether the message is Apollo Server's own, which names an option of its constructor. */
function isApollosIntrospection({ message, extensions }: GraphQLFormattedError): boolean {
  return (
    extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED' && message.includes('Apollo Server')
  );
}

/**
 * Searches from the end. A message can contain a megabyte of the client's text, and a regular expression would try to
 * match at each place of it.
 */
function withoutSuggestions(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return at === -1 ? message : message.slice(0, at).trimEnd();
}

/** Returns the limit at which the parser gave up. Its message is read, because it has no code. Undefined if none. */
function limitOfParser({ message, extensions }: GraphQLFormattedError): string | undefined {
  if (extensions?.['code'] !== 'GRAPHQL_PARSE_FAILED') return undefined;
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(message)) return 'tokens';
  // The parser calls itself for each level.
  return message === 'Maximum call stack size exceeded' ? 'depth' : undefined;
}

/** Formats what was thrown outside of Apollo Server as it would: with a code, and masked. */
export function formatError(
  thrown: unknown,
  mask: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError,
): GraphQLFormattedError {
  const error: GraphQLFormattedError =
    thrown instanceof GraphQLError ? thrown.toJSON() : { message: String(thrown) };
  const extensions: Record<string, unknown> = { code: 'INTERNAL_SERVER_ERROR', ...error.extensions };
  delete extensions['http'];
  return mask({ ...error, extensions }, thrown);
}
