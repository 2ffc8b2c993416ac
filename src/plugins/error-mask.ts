import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../telemetry/logger.js';
import { toGraphQLError } from '../translation/upstream-error.translator.js';
import { UpstreamError } from '../upstream/upstream-error.js';

/**
 * The one edge at which errors become what a client sees: the upstream's by their table, ours as they are, and
 * anything unexpected masked, under an id by which the log tells the rest.
 */
export function createErrorMask(
  log: Log,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    const place = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    if (cause instanceof UpstreamError) return { ...toGraphQLError(cause).toJSON(), ...place };
    const code = formatted.extensions?.['code'];
    if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') return formatted;

    const errorId = randomUUID();
    const { name, message, stack } = cause instanceof Error ? cause : new GraphQLError(String(cause));
    log.error({ errorId, path: formatted.path, err: { name, message, stack } }, 'unexpected error');
    return {
      message: `Something went wrong in the gateway. Quote ${errorId} to whoever runs it.`,
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
    };
  };
}

/** Errors of an operation as its answer has them: what Apollo Server does before it asks the mask. */
export function formatErrors(
  errors: readonly GraphQLError[],
  mask: ReturnType<typeof createErrorMask>,
): GraphQLFormattedError[] {
  return errors.map((error) => {
    const formatted = error.toJSON();
    const code = error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
    return mask({ ...formatted, extensions: { ...formatted.extensions, code } }, error);
  });
}
