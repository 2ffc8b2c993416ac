import { encodedBytes, MAX_FILTER_BYTES, stringLiteral } from './filter.grammar.js';
import { badUserInput } from './user-input-error.js';

const MAX_LENGTH = 128;

/** Maximum number of ids in one call. */
export const MAX_IDS_PER_CALL = 100;

/**
 * Returns the id. Ids are opaque, so any form is accepted that fits in a URL and a filter.
 * @throws GraphQLError `BAD_USER_INPUT` if it doesn't fit.
 */
export function checkId(id: string, argument: string): string {
  if (id === '') throw badUserInput(argument, 'must not be empty');
  if (id === '.' || id === '..') throw badUserInput(argument, 'must not be "." or ".."');
  if (id.length > MAX_LENGTH)
    throw badUserInput(argument, `must not be longer than ${MAX_LENGTH} characters`);
  return checkText(id, argument);
}

/** Returns the text. @throws GraphQLError `BAD_USER_INPUT` if it has a lone surrogate, which can't be encoded. */
export function checkText(text: string, argument: string): string {
  if (!text.isWellFormed()) throw badUserInput(argument, 'must be well-formed Unicode');
  return text;
}

/** The form of nearly all ids: no character needs escaping or encoding. */
const PLAIN_ID = /^[\w-]*$/;

/** Length that the quotes and the comma add to such an id in an encoded list, in bytes. */
const PLAIN_EXTRA = encodedBytes('"",');

/** Splits ids into runs that each fit one `in (…)`. `frame` is the filter expression without the ids. */
export function toIdRuns(ids: readonly string[], frame = 'id in ()'): string[][] {
  const runs: string[][] = [];
  let bytes = Infinity;
  for (const id of ids) {
    const size = PLAIN_ID.test(id) ? id.length + PLAIN_EXTRA : encodedBytes(`${stringLiteral(id)},`);
    const run = runs.at(-1);
    if (run && run.length < MAX_IDS_PER_CALL && bytes + size <= MAX_FILTER_BYTES) {
      run.push(id);
      bytes += size;
    } else {
      runs.push([id]);
      bytes = encodedBytes(frame) + size;
    }
  }
  return runs;
}
