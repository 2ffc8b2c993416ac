import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, parse } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

/**
 * Refuses a text with a lone surrogate as a syntax error, which it is. Apollo Server caches documents by the SHA-256 of
 * their UTF-8 text, in which a lone surrogate is U+FFFD. So without this, such a text gets the document of another
 * text.
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
