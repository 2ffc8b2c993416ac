import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CompletionStatus, TaskKind } from '../../src/model/enums.js';
import type { TaskStatusFilterInput } from '../../src/model/inputs.js';
import { encodedBytes, oneOf, stringLiteral } from '../../src/translation/filter.grammar.js';
import { readFilter, toSelection, type TaskSelection } from '../../src/translation/filter.translator.js';
import { apiVersionNames, apiVersions, type ApiVersionName } from '../../src/upstream/api-version.js';
import { refusal } from './refusal.js';
import { readRow } from './rows.js';

function select(filter: TaskStatusFilterInput | null | undefined, version: ApiVersionName): TaskSelection {
  return toSelection(readFilter(filter), apiVersions[version]);
}

const completedOnly = ['beta', 'v2024'] as const;
const holdingAll = ['v2025', 'v2026', 'v1'] as const;

describe.each(apiVersionNames)('in API version %s a filter', (version) => {
  test.each<[string, TaskStatusFilterInput | undefined, string | undefined]>([
    ['that is absent', undefined, undefined],
    ['that is empty', {}, undefined],
    ['with empty members', { id: {}, sourceId: {}, completionStatus: {}, kind: {} }, undefined],
    ['on an id', { id: { eq: 'a' } }, 'id eq "a"'],
    ['on ids', { id: { in: ['a', 'b', 'a'] } }, 'id in ("a","b")'],
    ['on a source', { sourceId: { eq: 's' } }, 'sourceId eq "s"'],
    ['on a status', { completionStatus: { eq: CompletionStatus.SUCCESS } }, 'completionStatus eq "SUCCESS"'],
    [
      'on statuses, in the vendor’s spelling',
      { completionStatus: { in: [CompletionStatus.TEMP_ERROR, CompletionStatus.ERROR] } },
      'completionStatus in ("TEMPERROR","ERROR")',
    ],
    [
      'on a kind, in the vendor’s word',
      { kind: { eq: TaskKind.CLOUD_REFRESH_ROLE } },
      'type eq "CLOUD_REFRESH_ROLE"',
    ],
    ['with both operators', { id: { eq: 'a', in: ['b'] } }, 'id eq "a" and id in ("b")'],
    [
      'on everything',
      {
        kind: { in: [TaskKind.ACCOUNT_DELETION] },
        completionStatus: { eq: CompletionStatus.ERROR },
        sourceId: { in: ['s'] },
        id: { eq: 'a' },
      },
      'id eq "a" and sourceId in ("s") and completionStatus eq "ERROR" and type in ("ACCOUNT_DELETION")',
    ],
    ['with a quote and a backslash', { id: { eq: 'a"b\\c' } }, 'id eq "a\\"b\\\\c"'],
    ['that tries to break out', { sourceId: { eq: 'x" or id eq "y' } }, 'sourceId eq "x\\" or id eq \\"y"'],
  ])('%s is the right expression', (_, filter, filters) => {
    expect(select(filter, version)).toEqual({ from: 'list', filters });
  });

  test.each<[string, TaskStatusFilterInput]>([
    ['ids', { id: { in: [] } }],
    ['sources', { sourceId: { in: [] }, id: { eq: 'a' } }],
    ['statuses', { completionStatus: { in: [] } }],
    ['kinds', { kind: { in: [] } }],
  ])('on no %s at all matches nothing', (_, filter) => {
    expect(select(filter, version)).toEqual({ from: 'nothing' });
  });

  test('on pending tasks of a status matches nothing', () => {
    const completionStatus = { isNull: true, eq: CompletionStatus.ERROR };
    expect(select({ completionStatus }, version)).toEqual({ from: 'nothing' });
  });
});

describe('a filter on isNull', () => {
  test.each(holdingAll)('is the upstream’s business in %s', (version) => {
    expect(select({ completionStatus: { isNull: true } }, version)).toEqual({
      from: 'list',
      filters: 'completionStatus isnull',
    });
    expect(select({ sourceId: { eq: 's' }, completionStatus: { isNull: true } }, version)).toEqual({
      from: 'list',
      filters: 'sourceId eq "s" and completionStatus isnull',
    });
    expect(select({ completionStatus: { isNull: false } }, version)).toEqual({
      from: 'list',
      filters: 'not (completionStatus isnull)',
    });
  });

  test.each(completedOnly)('is answered from the pending tasks in %s', (version) => {
    const all = select({ completionStatus: { isNull: true } }, version);
    expect(all).toEqual({ from: 'pending', matches: undefined });
    expect(select({ completionStatus: { isNull: false } }, version)).toEqual({
      from: 'list',
      filters: undefined,
    });
  });

  test.each(completedOnly)('can be joined with ids and sources in %s', (version) => {
    const selection = select(
      { id: { in: ['A', 'b'] }, sourceId: { eq: 'S' }, completionStatus: { isNull: true } },
      version,
    );
    const matches = 'matches' in selection ? selection.matches : undefined;
    const source = { id: 's', type: 'APPLICATION' };
    expect(matches?.(readRow({ id: 'a', target: source }))).toBe(true);
    expect(matches?.(readRow({ id: 'c', target: source }))).toBe(false);
    expect(matches?.(readRow({ id: 'a', target: { id: 's', type: 'IDENTITY' } }))).toBe(false);
    expect(matches?.(readRow({ id: 'a', target: { id: 'other', type: 'APPLICATION' } }))).toBe(false);
    expect(matches?.(readRow({ id: 'a', target: { type: 'APPLICATION' } }))).toBe(false);
    expect(matches?.(readRow({ id: 'a' }))).toBe(false);
  });

  test.each(completedOnly)('can’t be joined with a kind in %s', (version) => {
    const filter = { kind: { eq: TaskKind.ACCOUNT_DELETION }, completionStatus: { isNull: true } };
    const { argument, message } = refusal(() => select(filter, version));
    expect(argument).toBe('filter.kind');
    expect(message).toContain(version);
  });
});

describe('a filter on the launcher', () => {
  test.each(['v2026', 'v1'] as const)('is an expression in %s', (version) => {
    expect(select({ launcher: { eq: 'John Doe' } }, version)).toEqual({
      from: 'list',
      filters: 'launcher eq "John Doe"',
    });
  });

  test.each(['beta', 'v2024', 'v2025'] as const)('is refused in %s, by name and version', (version) => {
    for (const launcher of [{ eq: 'a' }, { in: ['a'] }, { in: [] }]) {
      const { argument, message } = refusal(() => select({ launcher }, version));
      expect(argument).toBe('filter.launcher');
      expect(message).toContain(version);
    }
    expect(select({ launcher: {} }, version)).toEqual({ from: 'list', filters: undefined });
  });
});

describe('a filter is refused where', () => {
  test.each<[string, TaskStatusFilterInput | null, string]>([
    ['it is null', null, 'filter'],
    ['a member is null', { id: null }, 'filter.id'],
    ['the status is null', { completionStatus: null }, 'filter.completionStatus'],
    ['eq is null', { sourceId: { eq: null } }, 'filter.sourceId.eq'],
    ['in is null', { kind: { in: null } }, 'filter.kind.in'],
    ['isNull is null', { completionStatus: { isNull: null } }, 'filter.completionStatus.isNull'],
    ['the launcher is null', { launcher: { eq: null } }, 'filter.launcher.eq'],
    [
      'a status is UNKNOWN',
      { completionStatus: { eq: CompletionStatus.UNKNOWN } },
      'filter.completionStatus.eq',
    ],
    [
      'one of the statuses is UNKNOWN',
      { completionStatus: { in: [CompletionStatus.ERROR, CompletionStatus.UNKNOWN] } },
      'filter.completionStatus.in[1]',
    ],
    ['an id is empty', { id: { eq: '' } }, 'filter.id.eq'],
    ['an id is a dot', { id: { in: ['a', '.'] } }, 'filter.id.in[1]'],
    ['an id is two dots', { sourceId: { eq: '..' } }, 'filter.sourceId.eq'],
    ['an id has 129 characters', { id: { eq: 'a'.repeat(129) } }, 'filter.id.eq'],
    ['an id can’t be encoded', { id: { eq: 'a\ud800' } }, 'filter.id.eq'],
    ['a launcher can’t be encoded', { launcher: { in: ['\udc00'] } }, 'filter.launcher.in[0]'],
  ])('%s', (_, filter, argument) => {
    const problem = refusal(() => select(filter, 'v1'));
    expect(problem.argument).toBe(argument);
    expect(problem.message).toContain(`"${argument}"`);
  });

  test('it takes more than 8,000 bytes in a URL, and not where it takes exactly as many', () => {
    const bare = encodedBytes('launcher eq ""');
    expect(select({ launcher: { eq: 'a'.repeat(8_000 - bare) } }, 'v1')).toMatchObject({ from: 'list' });
    expect(refusal(() => select({ launcher: { eq: 'a'.repeat(8_001 - bare) } }, 'v1'))).toMatchObject({
      argument: 'filter',
      message: expect.stringMatching(/8,?000/) as unknown,
    });
    const wide = '€'.repeat(Math.ceil((8_001 - bare) / 9));
    expect(refusal(() => select({ launcher: { eq: wide } }, 'v1')).argument).toBe('filter');
  });

  test('an id of 128 characters is not too long', () => {
    expect(select({ id: { eq: 'a'.repeat(128) } }, 'beta')).toMatchObject({ from: 'list' });
  });
});

describe('a text in an expression', () => {
  function readLiterals(expression: string, at: number): { values: string[]; end: number } {
    const values: string[] = [];
    let position = at;
    for (;;) {
      if (expression[position] !== '"') throw new Error(`no literal at ${position}`);
      let value = '';
      for (position += 1; expression[position] !== '"'; position += 1) {
        if (position >= expression.length) throw new Error('a literal without an end');
        if (expression[position] === '\\') position += 1;
        value += expression[position] ?? '';
      }
      values.push(value);
      position += 1;
      if (expression[position] !== ',') return { values, end: position };
      position += 1;
    }
  }

  const hostile = fc.oneof(
    fc.string({ unit: fc.constantFrom('"', '\\', 'a', ' ', ',', '(', ')', '%', '&', '#', '\n') }),
    fc.string({ unit: 'grapheme' }),
  );

  test('is that text again to a parser of the literal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const literal = stringLiteral(text);
        expect(readLiterals(literal, 0)).toEqual({ values: [text], end: literal.length });
      }),
      { numRuns: 1_000 },
    );
  });

  test('can’t become another condition', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (texts) => {
        const expression = oneOf('launcher', texts);
        expect(expression.startsWith('launcher in (')).toBe(true);
        const { values, end } = readLiterals(expression, 'launcher in ('.length);
        expect(values).toEqual(texts);
        expect(expression.slice(end)).toBe(')');
      }),
      { numRuns: 500 },
    );
  });
});
