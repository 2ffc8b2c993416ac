import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDateSet, readInstant } from '../../src/translation/instant.js';

describe('a date', () => {
  test.each([
    ['2020-07-11T21:23:15.000Z', '2020-07-11T21:23:15.000Z'],
    ['2020-07-11T21:23:15Z', '2020-07-11T21:23:15.000Z'],
    ['2012-04-23T18:25Z', '2012-04-23T18:25:00.000Z'],
    ['2006-01-02T15:04:05.999', '2006-01-02T15:04:05.999Z'],
    ['2006-01-02T15:04:05', '2006-01-02T15:04:05.000Z'],
    ['2006-01-02T15:04', '2006-01-02T15:04:00.000Z'],
    ['2024-05-17 19:33:16.470000+00:00', '2024-05-17T19:33:16.470Z'],
    ['2024-05-17T19:33:16.4Z', '2024-05-17T19:33:16.400Z'],
    ['2024-05-17T19:33:16+0200', '2024-05-17T17:33:16.000Z'],
    ['2024-05-17T19:33:16-05:30', '2024-05-18T01:03:16.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    [' 2024-05-17t19:33:16z ', '2024-05-17T19:33:16.000Z'],
    [1714574212775, '2024-05-01T14:36:52.775Z'],
    ['1714574212775', '2024-05-01T14:36:52.775Z'],
    [1714574212, '2024-05-01T14:36:52.000Z'],
    ['1714574212', '2024-05-01T14:36:52.000Z'],
    [1714574212.775, '2024-05-01T14:36:52.775Z'],
    [' 1714574212.775 ', '2024-05-01T14:36:52.775Z'],
    [946684800000, '2000-01-01T00:00:00.000Z'],
    [946684800, '2000-01-01T00:00:00.000Z'],
    [4102444799999, '2099-12-31T23:59:59.999Z'],
    [4102444799, '2099-12-31T23:59:59.000Z'],
    [null, null],
    ['', null],
    ['  ', null],
    ['2020-07-11T42:14:00.000Z', null],
    ['2020-07-11T21:61:00Z', null],
    ['2020-13-11T21:23:15Z', null],
    ['2020-07-32T21:23:15Z', null],
    ['2020-00-00T00:00:00Z', null],
    ['yesterday', null],
    ['5', null],
    ['Wed, 21 Oct 2015 07:28:00 GMT', null],
    [true, null],
    [{}, null],
    [[1714574212775], null],
    [1e300, null],
    [false, null],
    [0, null],
    ['0', null],
    [-1, null],
    [-1714574212775, null],
    [1, null],
    [20240501, null],
    ['20240501', null],
    [946684799, null],
    [946684799999, null],
    [4102444800, null],
    [4102444800000, null],
    [1714574212775000, null],
    ['1714574212775000000', null],
  ])('sent as %j is %j', (wire, expected) => {
    expect(readInstant(wire)).toBe(expected);
  });

  test.each(['2023-02-30T00:00:00Z', '2023-02-29T10:00:00Z', '2024-04-31T00:00:00Z'])(
    'such as %s, which no calendar has, is null',
    (wire) => {
      expect(readInstant(wire)).toBeNull();
    },
  );

  test('sent in any form is RFC 3339 in UTC, or null', () => {
    const close = fc
      .tuple(
        fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/),
        fc.constantFrom('', ':07', ':59.5', '.123456'),
        fc.constantFrom('', 'Z', '+14:00', '-14:00', '-1200'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(close, fc.integer(), fc.maxSafeInteger(), fc.double(), fc.string()), (wire) => {
        expect(readInstant(wire) ?? '2000-01-01T00:00:00.000Z').toMatch(
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['2024-05-17T19:33:16Z', true],
    ['in a form that nobody knows', true],
    [1714574212775, true],
    ['1714574212', true],
    [1714574212775000, true],
    [null, false],
    ['', false],
    ['  ', false],
    [0, false],
    ['0', false],
    [-1, false],
    [true, false],
    [false, false],
    [{}, false],
    [[1714574212775], false],
  ])('sent as %j is there: %j', (wire, expected) => {
    expect(isDateSet(wire)).toBe(expected);
  });

  test('left out is null, and not there', () => {
    expect(readInstant(undefined)).toBeNull();
    expect(isDateSet(undefined)).toBe(false);
  });
});
