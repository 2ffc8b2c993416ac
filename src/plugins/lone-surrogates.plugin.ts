import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, parse } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

/**
 * Refuses a text with a lone surrogate as a syntax error, which it is. Apollo Server keeps documents by the SHA-256 of
 * their texts in UTF-8, where a lone surrogate is U+FFFD: without this, such a text gets the document of another one.
 */
export function loneSurrogatesPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation({ source }) {
          if (!/\p{Surrogate}/u.test(source)) return Promise.resolve();
          return Promise.reject(syntaxErrorOf(source));
        },
      }),
  });
}

function syntaxErrorOf(text: string): GraphQLError {
  const extensions = { code: 'GRAPHQL_PARSE_FAILED', http: { status: 400 } };
  try {
    parse(text);
  } catch (error) {
    const { message, source, positions } = error as GraphQLError;
    return new GraphQLError(message, { source, positions, extensions });
  }
  return new GraphQLError('Syntax Error: Invalid character.', { extensions });
}
