import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Filter, FilterSyntaxError, parseFilter } from '../../src/sandbox/filters/filter-grammar.js';

/** Writes a filter with every parenthesis, so that its structure shows. */
function show(filter: Filter): string {
  switch (filter.kind) {
    case 'test':
      return [filter.field, filter.operator, ...filter.values].join(' ');
    case 'not':
      return `!(${show(filter.term)})`;
    default:
      return `(${filter.terms.map(show).join(filter.kind === 'and' ? ' & ' : ' | ')})`;
  }
}

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

describe('A filter', () => {
  test.each([
    ['id eq "x"', 'id eq x'],
    ['id eq"x"', 'id eq x'],
    ['  id\teq  "x"  ', 'id eq x'],
    ['id in ("x","y")', 'id in x y'],
    ['id in("x" , "y")', 'id in x y'],
    ['tags ca ("x","y")', 'tags ca x y'],
    ['completionStatus isnull', 'completionStatus isnull'],
    ['pr completed', 'completed pr'],
    ['size gt 5', 'size gt 5'],
    ['enabled eq true', 'enabled eq true'],
    ['created gt 2018-12-18T23:05:55Z', 'created gt 2018-12-18T23:05:55Z'],
    ['completionStatus eq SUCCESS', 'completionStatus eq SUCCESS'],
    ['a.b_c eq "x"', 'a.b_c eq x'],
    ['a eq 1 or b eq 2 and not c eq 3', '(a eq 1 | (b eq 2 & !(c eq 3)))'],
    ['(a eq 1 or b eq 2) and c eq 3', '((a eq 1 | b eq 2) & c eq 3)'],
    ['not (a eq 1 and b eq 2)', '!((a eq 1 & b eq 2))'],
    ['not not a isnull', '!(!(a isnull))'],
    ['a eq 1 and b eq 2 and c eq 3', '(a eq 1 & b eq 2 & c eq 3)'],
    [String.raw`a eq "say \"hi\""`, 'a eq say "hi"'],
    [String.raw`a eq "C:\\dir"`, String.raw`a eq C:\dir`],
    [String.raw`a eq "C:\dir"`, String.raw`a eq C:\dir`],
    ['a eq "x) and (b, c"', 'a eq x) and (b, c'],
    ['a eq ""', 'a eq '],
  ])('%s is read as %s', (text, expected) => {
    expect(show(parseFilter(text))).toBe(expected);
  });

  test.each([
    [''],
    ['id'],
    ['id eq'],
    ['id EQ "x"'],
    ['id eq "x'],
    [String.raw`id eq "x\"`],
    ['id eq "x" AND id eq "y"'],
    ['id eq "x" and'],
    ['id in ()'],
    ['id in "x"'],
    ['id in ("x",)'],
    ['id in ("x"'],
    ['(id eq "x"'],
    ['id eq "x")'],
    ['9id eq "x"'],
    ['"id" eq "x"'],
    ['isnull completionStatus'],
    ['completed pr'],
    ['not'],
    ['id like "x"'],
  ])('%s is refused as unreadable', (text) => {
    expect(() => parseFilter(text)).toThrow(FilterSyntaxError);
  });

  test('40 levels of nesting are read, 41 are refused', () => {
    const nested = (depth: number): string => '('.repeat(depth) + 'a isnull' + ')'.repeat(depth);
    expect(show(parseFilter(nested(40)))).toBe('a isnull');
    expect(() => parseFilter(nested(41))).toThrow(FilterSyntaxError);
    expect(() => parseFilter('not '.repeat(100_000) + 'a isnull')).toThrow(FilterSyntaxError);
  });

  test('any text survives quoting and reading', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (values) => {
        const filter = parseFilter(`id in (${values.map(quote).join(',')})`);
        expect(filter).toEqual({ kind: 'test', field: 'id', operator: 'in', values });
      }),
    );
  });

  test('any text is either read or refused, never anything else', () => {
    const pieces = fc.constantFrom(
      'id',
      ' eq ',
      '"x"',
      '(',
      ')',
      ',',
      'not ',
      ' and ',
      ' or ',
      '"',
      '\\',
      ' isnull',
      'pr ',
      'in',
    );
    const scraps = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(scraps, (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
