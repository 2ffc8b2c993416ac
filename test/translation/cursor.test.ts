import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cursorScope, decodeCursor, encodeCursor } from '../../src/translation/cursor.js';
import { refusal } from './refusal.js';

const scope = cursorScope('tasks', 'DESC');
const other = cursorScope('tasks', 'ASC');
const forge = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const position = fc.record({
  offset: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  created: fc.option(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  ids: fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', '\ud800', 'null', '"')),
    {
      minLength: 1,
    },
  ),
});

describe('a cursor', () => {
  test('is read back to the position it was made of', () => {
    fc.assert(
      fc.property(position, fc.boolean(), (given, last) => {
        const cursor = encodeCursor(given, scope);
        const scopes = last ? [other, scope] : [scope, other];
        const read = decodeCursor(cursor, scopes, 'after');
        expect(read).toEqual({ position: given, index: last ? 1 : 0 });
        expect(cursor).toMatch(/^[\w-]+$/);
      }),
      { numRuns: 400 },
    );
  });

  test('of another scope is refused, and the argument is named', () => {
    const cursor = encodeCursor({ offset: 0, created: 1, ids: ['a'] }, other);
    expect(refusal(() => decodeCursor(cursor, [scope], 'after'))).toEqual({
      argument: 'after',
      message: expect.stringContaining('same field, filter and sort') as unknown,
    });
  });

  test('longer than any that was given out is refused', () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `task-${index}-of-many`);
    const cursor = encodeCursor({ offset: 0, created: 1, ids }, scope);
    expect(refusal(() => decodeCursor(cursor, [scope], 'after')).argument).toBe('after');
  });

  test('that is no more than text is refused, not a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(refusal(() => decodeCursor(text, [scope], 'after')).argument).toBe('after');
      }),
      { numRuns: 400 },
    );
  });

  test('that is forged of other JSON is refused, not a crash', () => {
    const almost = fc.tuple(
      fc.constantFrom(scope, 'x', null),
      fc.jsonValue(),
      fc.jsonValue(),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (value) => {
        try {
          const { position: read } = decodeCursor(forge(value), [scope], 'after');
          expect(read.offset).toBeGreaterThanOrEqual(0);
          expect(read.ids.every((id) => typeof id === 'string')).toBe(true);
          expect(read.created === null || Number.isSafeInteger(read.created)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } });
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    [[scope, -1, 0, 'a']],
    [[scope, 2 ** 31, 0, 'a']],
    [[scope, 0.5, 0, 'a']],
    [[scope, '0', 0, 'a']],
    [[scope, 0, '2024', 'a']],
    [[scope, 0, 1.5, 'a']],
    [[scope, 0, 0]],
    [[scope, 0, 0, 1]],
    [[scope, 0, 0, 'a', null]],
    [[null, 0, 0, 'a']],
    [{ 0: scope, 1: 0, 2: 0, 3: 'a' }],
    [null],
    [[]],
  ])('forged as %j is refused as malformed', (value) => {
    expect(refusal(() => decodeCursor(forge(value), [scope], 'after')).message).toContain('malformed');
  });

  test('of deeply nested JSON is refused, not a crash', () => {
    const text = Buffer.from('['.repeat(200_000)).toString('base64url');
    expect(refusal(() => decodeCursor(text, [scope], 'after')).argument).toBe('after');
  });
});

describe('a cursor’s scope', () => {
  test('tells fields, filters and orders apart', () => {
    const scopes = [
      cursorScope('a', null, null),
      cursorScope('b', null, null),
      cursorScope('a', { terms: [] }, null),
      cursorScope('a', null, 'ASC'),
      cursorScope('a', null, 'DESC'),
      cursorScope('anull', null),
    ];
    expect(new Set(scopes).size).toBe(scopes.length);
  });

  test('is the same for the same parts', () => {
    expect(cursorScope('a', { b: ['c'] })).toBe(cursorScope('a', { b: ['c'] }));
  });
});
