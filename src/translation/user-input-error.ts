import { GraphQLError } from 'graphql';

/** Creates a BAD_USER_INPUT error that names the argument, by its path in the request, and the rule that it breaks. */
export function badUserInput(argument: string, rule: string): GraphQLError {
  return new GraphQLError(`Argument "${argument}" ${rule}.`, {
    extensions: { code: 'BAD_USER_INPUT', argument },
  });
}
