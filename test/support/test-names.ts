import { beforeEach, expect } from '@jest/globals';

/** Maximum length of a test's full name, in characters. */
const MAX_LENGTH = 120;

/** A full name that begins with a reference to the test before it. */
const LEANING =
  /^(?:and|but|so|nor|neither|it|its|they|their|these|those|others?|another|the same|one that)\b/i;

/** A value without words of its own. */
const WORDLESS = /\bundefined\b|\bNaN\b|\[object /;

/** Setup file of every suite: fails a test whose name doesn't stand alone. */
beforeEach(() => {
  const { currentTestName: name = '' } = expect.getState();
  if (name.length > MAX_LENGTH || LEANING.test(name) || WORDLESS.test(name))
    throw new Error(`the name of a test must be at most ${MAX_LENGTH} characters and stand alone: ${name}`);
});
