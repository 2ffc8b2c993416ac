import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';
import {
  durationSeconds,
  messageText,
  statusMessage,
  taskResults,
} from '../../src/translation/task-status.derived.js';
import { fieldsOf, readRow } from './rows.js';

describe('a row', () => {
  test.each([null, 7, 'text', true, [], [{ id: 'a' }], {}, { id: null }, { id: '' }, { id: {} }])(
    'that is %j is no task',
    (wire) => {
      expect(readTaskStatus(wire, () => 0)).toBeUndefined();
    },
  );

  test('that is left out is no task', () => {
    expect(readTaskStatus(undefined, () => 0)).toBeUndefined();
  });

  test('is read without what nests so deeply that no answer could be written of it', () => {
    const nested = (levels: number): unknown =>
      JSON.parse(`${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`);
    const row = (value: unknown): unknown[] => {
      const { attributes, messages, taskDefinitionSummary, results } = readRow({
        attributes: value,
        returns: [{ name: 'A', attributeName: 'a' }],
        messages: [{ key: 'k', parameters: [value, 'x'] }],
        taskDefinitionSummary: { arguments: value },
      });
      return [attributes, messages[0]?.parameters, taskDefinitionSummary?.arguments, results.length];
    };
    const kept = nested(100);
    expect(row(kept)).toEqual([kept, [kept, 'x'], kept, 1]);
    expect(row(nested(102))).toEqual([{}, ['', 'x'], {}, 0]);
    expect(row(nested(100_000))).toEqual([{}, ['', 'x'], {}, 0]);
    expect(readRow({ messages: [{ key: 'k', parameters: [nested(100_000)] }] }).messages[0]?.text).toBe(
      'k ()',
    );
  });

  test('with an id and nothing else is a queued task with empty lists', () => {
    expect(fieldsOf(readRow({}))).toEqual({
      id: 'a',
      type: null,
      uniqueName: null,
      description: null,
      parentName: null,
      launcher: null,
      target: null,
      created: null,
      modified: null,
      launched: null,
      completed: null,
      completionStatus: null,
      rawCompletionStatus: null,
      messages: [],
      returns: [],
      attributes: {},
      progress: null,
      percentComplete: null,
      taskDefinitionSummary: null,
      state: 'QUEUED',
      statusMessage: null,
      durationSeconds: null,
      results: [],
    });
  });

  test('whose every field is null reads as one that has none of them', () => {
    const keys = Object.keys(fieldsOf(readRow({})));
    const nulls = Object.fromEntries(keys.map((key) => [key, null]));
    expect(fieldsOf(readRow({ ...nulls, id: 'a' }))).toEqual(fieldsOf(readRow({})));
  });

  test('as recorded reads field by field', () => {
    const task = readRow({
      type: 'QUARTZ',
      uniqueName: 'Cloud Account Aggregation',
      description: 'Aggregates from the specified application.',
      parentName: 'Parent',
      launcher: 'System',
      target: { id: 'src', type: 'APPLICATION', name: 'Active Directory [source]' },
      messages: [
        { type: 'WARN', key: 'k', localizedText: { locale: 'en', message: 'm' }, parameters: ['p'] },
        null,
        'loose',
      ],
      returns: [{ name: 'TOTAL', attributeName: 'total' }, null],
      attributes: { total: 1 },
      progress: 'Started',
      percentComplete: 40,
      taskDefinitionSummary: { id: 'd', uniqueName: 'u', executor: 'e', arguments: null },
    });
    expect(task).toMatchObject({
      type: 'QUARTZ',
      uniqueName: 'Cloud Account Aggregation',
      description: 'Aggregates from the specified application.',
      parentName: 'Parent',
      launcher: 'System',
      target: { id: 'src', type: 'APPLICATION', name: 'Active Directory [source]' },
      messages: [
        { type: 'WARN', key: 'k', localizedText: { locale: 'en', message: 'm' }, parameters: ['p'] },
      ],
      returns: [{ name: 'TOTAL', attributeName: 'total' }],
      attributes: { total: 1 },
      progress: 'Started',
      percentComplete: 40,
    });
    expect(task.taskDefinitionSummary).toMatchObject({
      id: 'd',
      uniqueName: 'u',
      description: null,
      parentName: null,
      executor: 'e',
      arguments: {},
    });
  });

  test.each([
    [50.7, 50],
    ['50', 50],
    [-3, -3],
    [2 ** 31, null],
    [-(2 ** 40), null],
    ['half', null],
    ['', null],
    [true, null],
    [[50], null],
  ])('of percentComplete %j is at %j percent', (percentComplete, expected) => {
    expect(readRow({ percentComplete }).percentComplete).toBe(expected);
  });

  test('of a numeric id has it as text', () => {
    expect(readTaskStatus({ id: 17 }, () => 0)?.id).toBe('17');
  });
});

describe('an enum value', () => {
  test.each([
    ['SUCCESS', 'SUCCESS'],
    ['Success', 'SUCCESS'],
    ['success', 'SUCCESS'],
    [' Warning ', 'WARNING'],
    ['Error', 'ERROR'],
    ['Terminated', 'TERMINATED'],
    ['TempError', 'TEMPERROR'],
    ['TEMPERROR', 'TEMPERROR'],
    ['TEMP_ERROR', 'TEMPERROR'],
    ['temp error', 'TEMPERROR'],
    ['Completed', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
    ['__proto__', 'UNKNOWN'],
    ['toString', 'UNKNOWN'],
    ['_', 'UNKNOWN'],
    [7, 'UNKNOWN'],
    [false, 'UNKNOWN'],
    [{}, 'UNKNOWN'],
    [null, null],
    ['', null],
    [' ', null],
  ])('of completionStatus %j is %j', (completionStatus, expected) => {
    expect(readRow({ completionStatus }).completionStatus).toBe(expected);
  });

  test.each([
    ['quartz', 'QUARTZ'],
    ['Qpoc', 'QPOC'],
    ['queuedTask', 'QUEUED_TASK'],
    ['QUEUED TASK', 'QUEUED_TASK'],
    ['MENTOS', 'UNKNOWN'],
    ['CLOUD_ACCOUNT_AGGREGATION', 'UNKNOWN'],
    [null, null],
  ])('of type %j is %j', (type, expected) => {
    expect(readRow({ type }).type).toBe(expected);
  });

  test.each([
    ['Application', 'APPLICATION'],
    ['identity', 'IDENTITY'],
    ['ROLE', 'UNKNOWN'],
    [null, null],
  ])('of a target’s type %j is %j', (type, expected) => {
    expect(readRow({ target: { type } }).target).toEqual({ id: null, type: expected, name: null });
  });

  test.each([
    ['Info', 'INFO'],
    ['warn', 'WARN'],
    ['ERROR', 'ERROR'],
    ['WARNING', 'WARN'],
    ['Warning', 'WARN'],
    ['FATAL', 'UNKNOWN'],
  ])('of a message’s type %j is %j', (type, expected) => {
    expect(readRow({ messages: [{ type }] }).messages[0]?.type).toBe(expected);
  });

  test('of a message without a type is null', () => {
    expect(readRow({ messages: [{ type: undefined }] }).messages[0]?.type).toBeNull();
  });
});

test.each([
  ['SUCCESS', 'SUCCESS'],
  [' Warning ', ' Warning '],
  ['PARTIAL_SUCCESS', 'PARTIAL_SUCCESS'],
  ['__proto__', '__proto__'],
  [7, '7'],
  [false, 'false'],
  [{ status: 'SUCCESS' }, null],
  [['SUCCESS'], null],
  [null, null],
  ['', null],
  [' ', null],
])('of completionStatus %j the raw word is %j', (completionStatus, expected) => {
  expect(readRow({ completionStatus }).rawCompletionStatus).toBe(expected);
});

test('without a completionStatus the raw word is null', () => {
  expect(readRow({ completionStatus: undefined }).rawCompletionStatus).toBeNull();
});

describe('any row of the upstream', () => {
  const keys = Object.keys(fieldsOf(readRow({})));
  const oddKey = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length');
  const json = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(oddKey, fc.jsonValue()),
    fc.array(
      fc.record(
        {
          type: fc.jsonValue(),
          key: fc.jsonValue(),
          localizedText: fc.jsonValue(),
          parameters: fc.jsonValue(),
          name: fc.jsonValue(),
          attributeName: fc.oneof(oddKey, fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    ),
  );
  const row = fc.dictionary(fc.constantFrom(...keys), json).map((fields) => ({ ...fields, id: 'a' }));

  test('reading it never fails', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (wire) => {
        const task = readTaskStatus(wire, () => 0);
        if (task !== undefined) fieldsOf(task);
      }),
      { numRuns: 500 },
    );
  });

  test('a row with an id is a task whose derived fields can be had', () => {
    fc.assert(
      fc.property(row, (wire) => {
        const task = readTaskStatus(wire, () => 0);
        expect(task?.id).toBe('a');
        if (task === undefined) return;
        fieldsOf(task);
        const seconds = durationSeconds(task, 1_700_000_000_000);
        expect(seconds === null || (Number.isInteger(seconds) && seconds >= 0)).toBe(true);
        expect(['string', 'object']).toContain(typeof statusMessage(task));
        for (const message of task.messages) {
          expect(message.parameters).not.toContain(null);
          messageText(message);
        }
        for (const { label, key, value } of taskResults(task)) {
          expect([typeof label, typeof key, value ?? null]).not.toContain(null);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
