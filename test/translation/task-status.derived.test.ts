import { describe, expect, test } from '@jest/globals';
import {
  durationSeconds,
  messageText,
  statusMessage,
  taskResults,
} from '../../src/translation/task-status.derived.js';
import { readRow } from './rows.js';

const EARLY = '2024-05-17T10:00:00.000Z';
const LATE = '2024-05-17T10:01:30.999Z';
const NOW = Date.parse('2024-05-17T11:00:00.000Z');

describe('state', () => {
  const ends = [
    ['SUCCESS', 'SUCCEEDED'],
    ['WARNING', 'WARNED'],
    ['ERROR', 'FAILED'],
    ['TEMPERROR', 'FAILED'],
    ['TERMINATED', 'TERMINATED'],
    ['Postponed', 'UNKNOWN'],
  ] as const;

  for (const launched of [null, EARLY]) {
    const pending = launched === null ? 'QUEUED' : 'RUNNING';
    for (const [completionStatus, finished] of ends) {
      test(`with launched ${String(launched)} and ${completionStatus} is ${finished} once completed is set`, () => {
        expect(readRow({ launched, completed: LATE, completionStatus }).state).toBe(finished);
      });

      test(`with launched ${String(launched)} and ${completionStatus} is ${pending} while completed is not set`, () => {
        expect(readRow({ launched, completed: null, completionStatus }).state).toBe(pending);
      });
    }

    test.each([LATE, null])(
      `with launched ${String(launched)} and no status is ${pending}, completed being %j`,
      (completed) => {
        expect(readRow({ launched, completed, completionStatus: null }).state).toBe(pending);
      },
    );
  }

  test('is finished where completed is set to a date that can’t be read', () => {
    const task = readRow({ launched: EARLY, completed: '2024-05-17T42:14:00', completionStatus: 'ERROR' });
    expect(task).toMatchObject({ state: 'FAILED', completed: null });
  });

  test.each(['', ' ', 0, '0', -1, true, false, {}, [EARLY]])(
    'treats dates that are %j as not set',
    (none) => {
      expect(readRow({ launched: none, completed: none, completionStatus: 'SUCCESS' }).state).toBe('QUEUED');
      expect(readRow({ launched: EARLY, completed: none, completionStatus: 'SUCCESS' }).state).toBe(
        'RUNNING',
      );
    },
  );

  test('is finished where completed is a number, if only of seconds or of an unknown unit', () => {
    for (const completed of [1714574212775, 1714574212, '1714574212', 1714574212775000])
      expect(readRow({ launched: EARLY, completed, completionStatus: 'SUCCESS' }).state).toBe('SUCCEEDED');
  });
});

describe('durationSeconds', () => {
  test.each([
    ['is whole and rounded down', { launched: EARLY, completed: LATE, completionStatus: 'SUCCESS' }, 90],
    ['runs to now while the task does', { launched: EARLY }, 3_600],
    ['is null where it was not launched', { completed: LATE, completionStatus: 'ERROR' }, null],
    ['is null where the launch can’t be read', { launched: 'soon' }, null],
    [
      'is null where a finished task’s end can’t be read',
      { launched: EARLY, completed: 'then', completionStatus: 'SUCCESS' },
      null,
    ],
    ['ends at completed before the status is there', { launched: EARLY, completed: LATE }, 90],
    [
      'is 0 where the end is before the launch',
      { launched: LATE, completed: EARLY, completionStatus: 'SUCCESS' },
      0,
    ],
    ['is 0 where the launch is in the future', { launched: '2030-01-01T00:00:00Z' }, 0],
    ['fits an Int over centuries', { launched: '0001-01-01T00:00:00Z' }, 2 ** 31 - 1],
  ])('%s', (_, fields, expected) => {
    expect(durationSeconds(readRow(fields), NOW)).toBe(expected);
  });
});

describe('the text of a message', () => {
  test.each([
    ['is the localized text', { key: 'k', localizedText: { locale: 'en', message: 'Done.' } }, 'Done.'],
    ['is a localized text that is a bare string', { key: 'k', localizedText: 'Done.' }, 'Done.'],
    [
      'is the key where the localized text is empty',
      { key: 'k', localizedText: { locale: 'en', message: '' } },
      'k',
    ],
    ['is the key where there is no localized text', { key: 'It failed.', localizedText: null }, 'It failed.'],
    ['is the key where the localized text is blank', { key: 'k', localizedText: { message: ' \n' } }, 'k'],
    ['is null where there is neither', { parameters: ['a'] }, null],
    ['is null where both are blank', { key: ' ', localizedText: '' }, null],
    ['is null where its one parameter is blank', { key: '{0}', parameters: [''] }, null],
    ['has its parameters in their places', { key: '{1} of {0}', parameters: ['ten', 'two'] }, 'two of ten'],
    ['repeats a parameter that is named twice', { key: '{0}{0}', parameters: ['a'] }, 'aa'],
    ['keeps a place that has no parameter', { key: '{0} {7}', parameters: ['a'] }, 'a {7}'],
    ['has parameters without a place after it', { key: 'Failed', parameters: ['a', 'b'] }, 'Failed (a, b)'],
    ['shows an object as JSON', { key: 'Got {0}', parameters: [{ a: [1] }] }, 'Got {"a":[1]}'],
    ['shows numbers', { key: 'Got {0}', parameters: [7] }, 'Got 7'],
    ['takes replacement patterns literally', { key: '<{0}>', parameters: ['$& $1 $$'] }, '<$& $1 $$>'],
    ['fills no place that a parameter brings', { key: '{0} {1}', parameters: ['{1}', 'b'] }, '{1} b'],
    ['has no members of arrays for places', { key: '{length} {at}', parameters: ['a'] }, '{length} {at} (a)'],
  ])('%s', (_, wire, expected) => {
    const [message] = readRow({ messages: [wire] }).messages;
    expect(message && messageText(message)).toBe(expected);
  });

  test('grows with the message, however often a place is named', () => {
    const [message] = readRow({
      messages: [{ key: '{0}'.repeat(50_000), parameters: ['a'.repeat(150_000)] }],
    }).messages;
    expect(message && messageText(message)?.length).toBeLessThan(400_000);
  });

  test('keeps parameters in their places where one before them is null', () => {
    const [message] = readRow({ messages: [{ key: '{0}/{1}', parameters: [null, 'b'] }] }).messages;
    expect(message && messageText(message)).toMatch(/\/b$/);
  });
});

describe('statusMessage', () => {
  const info = { type: 'INFO', key: 'info' };
  const warn = { type: 'warn', key: 'warn' };
  const error = { type: 'Error', key: 'error' };
  const odd = { type: 'FATAL', key: 'odd' };

  test.each([
    ['the first error wherever it stands', [info, warn, error, { type: 'ERROR', key: 'second' }], 'error'],
    ['the first warning where there is no error', [info, warn, { type: 'WARN', key: 'second' }], 'warn'],
    ['the first of any kind otherwise', [odd, info], 'odd'],
    ['the first error that has a text', [{ type: 'ERROR' }, warn, error], 'error'],
    [
      'the first warning with a text where no error has one',
      [{ type: 'ERROR', key: ' ' }, info, warn],
      'warn',
    ],
    ['the first with a text where no error or warning has one', [{ type: 'WARN' }, {}, info, odd], 'info'],
    [
      'a message whose type is WARNING, as one whose type is WARN',
      [info, { type: 'WARNING', key: 'w' }],
      'w',
    ],
    ['null where none has a text', [{ type: 'ERROR' }, { key: '' }], null],
    ['null where there are none', [], null],
    ['null where messages are null', null, null],
    ['null where the messages are not a list', { 0: error }, null],
  ])('is %s', (_, messages, expected) => {
    expect(statusMessage(readRow({ messages }))).toBe(expected);
  });
});

describe('results', () => {
  test('join returns and attributes, in the order of the returns', () => {
    const task = readRow({
      returns: [
        { name: 'TASK_OUT_TOTAL', attributeName: 'total' },
        { name: null, attributeName: 'created' },
        { name: 'GONE', attributeName: 'gone' },
        { name: 'NULL', attributeName: 'nothing' },
        { name: 'UNNAMED', attributeName: null },
      ],
      attributes: { created: 0, total: '12', nothing: null, unasked: 1 },
    });
    expect(taskResults(task)).toEqual([
      { label: 'TASK_OUT_TOTAL', key: 'total', value: '12' },
      { label: 'created', key: 'created', value: 0 },
    ]);
  });

  test('hold each attribute once, under its first label', () => {
    const returns = ['L', 'M'].map((name) => ({ name, attributeName: 'k' }));
    const task = readRow({ returns, attributes: { k: 1 } });
    expect(taskResults(task)).toEqual([{ label: 'L', key: 'k', value: 1 }]);
  });

  test.each([false, 0, '', [], {}])('hold a value that is %j', (value) => {
    const task = readRow({ returns: [{ name: 'L', attributeName: 'k' }], attributes: { k: value } });
    expect(taskResults(task)).toEqual([{ label: 'L', key: 'k', value }]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'take %s for an attribute only where it was sent',
    (attributeName) => {
      const returns = [{ name: 'L', attributeName }];
      const sent: unknown = JSON.parse(`{"${attributeName}": 5}`);
      expect(taskResults(readRow({ returns, attributes: {} }))).toEqual([]);
      expect(taskResults(readRow({ returns, attributes: sent }))).toEqual([
        { label: 'L', key: attributeName, value: 5 },
      ]);
    },
  );

  test.each([null, 'text', 7, true, [1]])('are none where the attributes are %j', (attributes) => {
    const returns = ['0', 'length', 'total'].map((attributeName) => ({ name: 'L', attributeName }));
    expect(taskResults(readRow({ returns, attributes }))).toEqual([]);
  });
});
