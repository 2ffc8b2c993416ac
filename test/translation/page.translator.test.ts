import { describe, expect, test } from '@jest/globals';
import { SortDirection, TaskStatusSortField } from '../../src/model/enums.js';
import type { TaskStatusFilterInput } from '../../src/model/inputs.js';
import { encodeCursor } from '../../src/translation/cursor.js';
import { readFilter } from '../../src/translation/filter.translator.js';
import { readPage, type PageSubject } from '../../src/translation/page.translator.js';
import { refusal } from './refusal.js';

const { ASC, DESC } = SortDirection;
const by = (direction: SortDirection): NonNullable<PageSubject['sort']> => ({
  field: TaskStatusSortField.CREATED,
  direction,
});
const list: PageSubject = { field: 'taskStatuses' };
const position = { offset: 3, created: 5, ids: ['a'] };
const cursorOf = (args: Parameters<typeof readPage>[0], subject: PageSubject): string =>
  encodeCursor(position, readPage(args, subject).scope());

describe('page arguments', () => {
  test.each([
    [{}, 250, 0],
    [{ limit: 1 }, 1, 0],
    [{ limit: 250, offset: 9 }, 250, 9],
    [{ offset: 2 ** 31 - 1 }, 250, 2 ** 31 - 1],
    [{ limit: null, offset: null, first: null, after: null }, 250, 0],
  ])('%j are page mode in the upstream’s own order', (args, size, offset) => {
    expect(readPage(args, list)).toMatchObject({ size, start: { offset } });
    expect(readPage(args, list).order).toBeUndefined();
    expect(readPage(args, { ...list, sort: null }).order).toBeUndefined();
  });

  test.each([
    [{ first: 1 }, 1],
    [{ first: 250, after: null }, 250],
  ])('%j are cursor mode, newest first', (args, size) => {
    expect(readPage(args, list)).toMatchObject({ size, start: { offset: 0 }, order: DESC });
  });

  test('keep the sort that is asked for in both modes', () => {
    expect(readPage({ limit: 2 }, { ...list, sort: by(DESC) }).order).toBe(DESC);
    expect(readPage({ first: 2 }, { ...list, sort: by(ASC) }).order).toBe(ASC);
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: -1 }, 'limit'],
    [{ limit: 251 }, 'limit'],
    [{ first: 0 }, 'first'],
    [{ first: 251 }, 'first'],
    [{ first: -(2 ** 31) }, 'first'],
    [{ offset: -1 }, 'offset'],
    [{ first: 1, limit: 1 }, 'limit'],
    [{ first: 1, offset: 0 }, 'offset'],
    [{ after: '', limit: 1 }, 'limit'],
    [{ after: 'x', offset: 0 }, 'offset'],
    [{ after: '' }, 'after'],
    [{ after: 'x', first: 1 }, 'after'],
  ])('%j are refused for %s', (args, argument) => {
    const problem = refusal(() => readPage(args, list));
    expect(problem.argument).toBe(argument);
    expect(problem.message).toContain(`"${argument}"`);
  });
});

describe('a page’s cursor', () => {
  test('needs no first', () => {
    const after = cursorOf({ first: 5 }, list);
    expect(readPage({ after }, list)).toMatchObject({ size: 250, start: { after: position }, order: DESC });
  });

  test('goes on in the order of the page that gave it out', () => {
    for (const sort of [by(ASC), by(DESC)]) {
      const after = cursorOf({ limit: 5 }, { ...list, sort });
      expect(readPage({ after }, { ...list, sort }).order).toBe(sort.direction);
    }
    const unsorted = cursorOf({ limit: 5 }, list);
    expect(readPage({ after: unsorted }, list).order).toBeUndefined();
    expect(readPage({ after: unsorted, first: 2 }, list).cursorOrder).toBeUndefined();
  });

  test('of the default order is that of newest first, asked for by name', () => {
    const after = cursorOf({ first: 5 }, list);
    expect(readPage({ after }, { ...list, sort: by(DESC) }).order).toBe(DESC);
    const named = cursorOf({ first: 5 }, { ...list, sort: by(DESC) });
    expect(readPage({ after: named }, list).order).toBe(DESC);
  });

  test('stays good from page to page', () => {
    const first = cursorOf({ first: 5 }, list);
    const second = cursorOf({ first: 5, after: first }, list);
    expect(second).toBe(first);
  });

  test('is refused for another sort', () => {
    const newest = cursorOf({ first: 5 }, list);
    const unsorted = cursorOf({ limit: 5 }, list);
    for (const after of [newest, unsorted]) {
      expect(refusal(() => readPage({ after }, { ...list, sort: by(ASC) })).argument).toBe('after');
    }
    expect(refusal(() => readPage({ after: unsorted }, { ...list, sort: by(DESC) })).argument).toBe('after');
  });

  test('is refused for another field', () => {
    const after = cursorOf({ first: 5 }, list);
    const pending = { field: 'pendingTasks', cursorOrder: DESC };
    expect(refusal(() => readPage({ after }, pending)).argument).toBe('after');
  });

  test.each<[string, TaskStatusFilterInput | undefined, TaskStatusFilterInput | undefined, boolean]>([
    ['no filter is good with an empty one', undefined, {}, true],
    ['an empty filter is good with an empty field', {}, { id: {} }, true],
    [
      'an id is good with an empty field beside it',
      { id: { eq: 'a' } },
      { id: { eq: 'a' }, sourceId: {} },
      true,
    ],
    ['an id is refused with another', { id: { eq: 'a' } }, { id: { eq: 'b' } }, false],
    ['an id is refused without a filter', { id: { eq: 'a' } }, undefined, false],
    ['an id is refused with a source’s', { id: { eq: 'a' } }, { sourceId: { eq: 'a' } }, false],
    [
      'isNull is refused with its opposite',
      { completionStatus: { isNull: true } },
      { completionStatus: { isNull: false } },
      false,
    ],
    ['isNull: false is refused with an empty filter', { completionStatus: { isNull: false } }, {}, false],
    [
      'two ids is refused with one that reads like them',
      { id: { in: ['a', 'b'] } },
      { id: { in: ['a","b'] } },
      false,
    ],
  ])('made with %s', (_, made, used, good) => {
    const after = cursorOf({ first: 5 }, { ...list, filter: readFilter(made) });
    const read = (): unknown => readPage({ after }, { ...list, filter: readFilter(used) });
    if (good) expect(read()).toMatchObject({ start: { after: position } });
    else expect(refusal(read).argument).toBe('after');
  });

  test('of pending tasks continues newest first after a page in any order', () => {
    const pending = { field: 'pendingTasks', cursorOrder: DESC };
    expect(readPage({ limit: 5 }, pending).order).toBeUndefined();
    expect(readPage({ limit: 5 }, pending).cursorOrder).toBe(DESC);
    const after = cursorOf({ limit: 5 }, pending);
    expect(after).toBe(cursorOf({ first: 5 }, pending));
    expect(readPage({ after }, pending).order).toBe(DESC);
  });
});
