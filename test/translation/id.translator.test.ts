import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodedBytes, oneOf } from '../../src/translation/filter.grammar.js';
import { checkId, toIdRuns } from '../../src/translation/id.translator.js';
import { refusal } from './refusal.js';

describe('an id', () => {
  test.each([
    ['empty', ''],
    ['one dot', '.'],
    ['two dots', '..'],
    ['129 characters long', 'a'.repeat(129)],
    ['half a character', '\ud800'],
    ['a letter and half a character', 'x\udfff'],
  ])('that is %s is refused', (_, id) => {
    const { argument, message } = refusal(() => checkId(id, 'id'));
    expect(argument).toBe('id');
    expect(message).toMatch(/^Argument "id" must .+\.$/);
  });

  test.each(['a', '...', ' ', 'a b/c?d#e', '%2e%2e', '__proto__', 'ü€😀'])(
    'that is %j is taken as it is',
    (id) => {
      expect(checkId(id, 'id')).toBe(id);
    },
  );

  test('that is 128 characters long is taken as it is', () => {
    expect(checkId('A'.repeat(128), 'id')).toBe('A'.repeat(128));
  });
});

describe('runs of ids', () => {
  const id = fc.oneof(
    fc.stringMatching(/^[0-9a-f]{32}$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }),
    fc.string({ unit: fc.constantFrom('"', '\\', '€', '😀'), minLength: 1, maxLength: 64 }),
  );

  test('hold at most 100 ids and 8,000 bytes each, and together all ids in their order', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 350, size: 'max' }), (ids) => {
        const runs = toIdRuns(ids);
        expect(runs.flat()).toEqual(ids);
        for (const run of runs) {
          expect(run.length).toBeGreaterThan(0);
          expect(run.length).toBeLessThanOrEqual(100);
          expect(encodedBytes(oneOf('id', run))).toBeLessThanOrEqual(8_000);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('of %i usual ids are %j', (count, lengths) => {
    const ids = Array.from({ length: count }, (_, index) => index.toString(16).padStart(32, '0'));
    expect(toIdRuns(ids).map((run) => run.length)).toEqual(lengths);
  });

  test('waste no more than one id’s room', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `${'€'.repeat(30)}${index}`);
    for (const run of toIdRuns(ids).slice(0, -1)) {
      expect(encodedBytes(oneOf('id', run))).toBeLessThanOrEqual(8_000);
      expect(encodedBytes(oneOf('id', [...run, ids[299] ?? '']))).toBeGreaterThan(8_000 - 12);
    }
  });
});
