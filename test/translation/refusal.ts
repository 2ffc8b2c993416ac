import { GraphQLError } from 'graphql';

/** The BAD_USER_INPUT that a call must throw: which argument it names, and what it says. */
export function refusal(call: () => unknown): { argument: unknown; message: string } {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'BAD_USER_INPUT') throw error;
    return { argument: error.extensions['argument'], message: error.message };
  }
  throw new Error(`was not refused, but gave ${JSON.stringify(result)}`);
}
