import { GraphQLError } from 'graphql';

/** A BAD_USER_INPUT that names the argument, as a client wrote its path, and the rule that it breaks. */
export function badUserInput(argument: string, rule: string): GraphQLError {
  return new GraphQLError(`Argument "${argument}" ${rule}.`, {
    extensions: { code: 'BAD_USER_INPUT', argument },
  });
}
