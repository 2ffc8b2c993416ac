import { encodedBytes, MAX_FILTER_BYTES, stringLiteral } from './filter.grammar.js';
import { badUserInput } from './user-input-error.js';

const MAX_LENGTH = 128;

/** How many ids one call may carry. */
export const MAX_IDS_PER_CALL = 100;

/** The id, if a URL and a filter can carry it. Ids are opaque otherwise: no form is asked of them. */
export function checkId(id: string, argument: string): string {
  if (id === '') throw badUserInput(argument, 'must not be empty');
  if (id === '.' || id === '..') throw badUserInput(argument, 'must not be "." or ".."');
  if (id.length > MAX_LENGTH)
    throw badUserInput(argument, `must not be longer than ${MAX_LENGTH} characters`);
  return checkText(id, argument);
}

/** The text, if it can be encoded at all: a lone surrogate can't. */
export function checkText(text: string, argument: string): string {
  if (!text.isWellFormed()) throw badUserInput(argument, 'must be well-formed Unicode');
  return text;
}

/** As nearly every id is: nothing of it is escaped or encoded. */
const PLAIN_ID = /^[\w-]*$/;

/** What encoding adds to such an id's literal in a list: its quotes and its comma. */
const PLAIN_EXTRA = encodedBytes('"",');

/** Cuts ids into runs that one `in (…)` can carry, in a filter that is `frame` but for the ids. */
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
