import { GraphQLScalarType } from 'graphql';

/**
 * An instant, RFC 3339 in UTC with milliseconds. Output only: the reader has made every value canonical by
 * then, so serializing is the identity.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant in RFC 3339 form, always UTC with milliseconds: `2026-01-31T08:15:00.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => value as string,
});
