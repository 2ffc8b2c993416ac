import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonPatchOp } from '../../src/model/enums.js';
import type { JsonPatchOperationInput } from '../../src/model/inputs.js';
import { toJsonPatch } from '../../src/translation/json-patch.translator.js';
import { refusal } from './refusal.js';

const { ADD, REMOVE, REPLACE, MOVE, COPY, TEST } = JsonPatchOp;
const translate = (...operations: JsonPatchOperationInput[]): unknown =>
  toJsonPatch(operations, 'input.patch');

describe('a JSON Patch', () => {
  test.each<[JsonPatchOperationInput, object]>([
    [
      { op: REPLACE, path: '/completionStatus', value: 'Error' },
      { op: 'replace', path: '/completionStatus', value: 'Error' },
    ],
    [
      { op: ADD, path: '/a/-', value: null },
      { op: 'add', path: '/a/-', value: null },
    ],
    [
      { op: TEST, path: '', value: { a: [1.5] } },
      { op: 'test', path: '', value: { a: [1.5] } },
    ],
    [
      { op: REMOVE, path: '/~0~1' },
      { op: 'remove', path: '/~0~1' },
    ],
    [
      { op: REMOVE, path: '/', value: null, from: null },
      { op: 'remove', path: '/' },
    ],
    [
      { op: MOVE, path: '/a', from: '/ab' },
      { op: 'move', path: '/a', from: '/ab' },
    ],
    [
      { op: MOVE, path: '/ab', from: '/a' },
      { op: 'move', path: '/ab', from: '/a' },
    ],
    [
      { op: COPY, path: '/a/b', from: '/a' },
      { op: 'copy', path: '/a/b', from: '/a' },
    ],
  ])('of %j goes out with what its operation takes', (operation, sent) => {
    expect(translate(operation)).toStrictEqual([sent]);
  });

  test('is a bare array in the client’s order', () => {
    const patch = [
      { op: REPLACE, path: '/completed', value: '2024-05-17T19:33:16.470Z' },
      { op: REPLACE, path: '/completionStatus', value: 'Error' },
    ];
    expect(translate(...patch)).toStrictEqual(patch);
  });

  test.each([0, false, '', [], {}, -1.25, [null], 'Success'])(
    'sends the value %j as it was written',
    (value) => {
      expect(translate({ op: ADD, path: '/a', value })).toStrictEqual([{ op: 'add', path: '/a', value }]);
    },
  );

  test('without an operation is refused', () => {
    expect(refusal(() => translate()).argument).toBe('input.patch');
  });

  test.each<[JsonPatchOperationInput, string]>([
    [{ op: ADD, path: '/a' }, 'value'],
    [{ op: REPLACE, path: '/a' }, 'value'],
    [{ op: TEST, path: '/a' }, 'value'],
    [{ op: REMOVE, path: '/a', value: 1 }, 'value'],
    [{ op: COPY, path: '/a', from: '/b', value: 1 }, 'value'],
    [{ op: MOVE, path: '/a', from: '/b', value: false }, 'value'],
    [{ op: MOVE, path: '/a' }, 'from'],
    [{ op: COPY, path: '/a', from: null }, 'from'],
    [{ op: ADD, path: '/a', value: 1, from: '/b' }, 'from'],
    [{ op: REMOVE, path: '/a', from: '/b' }, 'from'],
    [{ op: MOVE, path: '/a/b', from: '/a' }, 'from'],
    [{ op: MOVE, path: '/a', from: '' }, 'from'],
    [{ op: MOVE, path: '/a', from: 'b' }, 'from'],
    [{ op: COPY, path: '/a', from: '/~2' }, 'from'],
    [{ op: REMOVE, path: 'completed' }, 'path'],
    [{ op: REMOVE, path: '/a~' }, 'path'],
    [{ op: REMOVE, path: '/a~2b' }, 'path'],
    [{ op: REMOVE, path: '#/a' }, 'path'],
    [{ op: REMOVE, path: '/\ud800' }, 'path'],
  ])('%j is refused for its %s, and the operation is named', (operation, member) => {
    const { argument } = refusal(() => translate({ op: REMOVE, path: '/fine' }, operation));
    expect(argument).toBe(`input.patch[1].${member}`);
  });

  test('takes every path that is escaped as RFC 6901 says', () => {
    const name = fc.string({ unit: fc.constantFrom('~', '/', 'a', '0', '1', '"', 'ü', '\n') });
    const pointer = fc
      .array(name)
      .map((names) => names.map((n) => `/${n.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
    fc.assert(
      fc.property(pointer, (path) => {
        expect(translate({ op: REMOVE, path })).toStrictEqual([{ op: 'remove', path }]);
      }),
      { numRuns: 500 },
    );
  });

  test('judges a very long path at once', () => {
    const path = `/${'a/'.repeat(50_000)}~`;
    expect(refusal(() => translate({ op: REMOVE, path })).argument).toBe('input.patch[0].path');
  });
});
