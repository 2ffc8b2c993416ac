import { expect, test } from '@jest/globals';
import { onEachVersion } from '../support/pair.js';

const aliased = (ids: readonly string[]): string =>
  `{ ${ids.map((id, index) => `t${index}: taskStatus(id: ${JSON.stringify(id)}) { id completionStatus }`).join(' ')} }`;

const LIST = 'GET getTaskStatusList';
const ONE = 'GET getTaskStatus';

onEachVersion((pair) => {
  test('one task costs one GET by id and holds what the upstream sent', async () => {
    const [id = ''] = pair.completed(1);
    const wire = pair.sandbox.tasks().find((task) => task.id === id);
    const { data, errors } = await pair.ask(
      `query ($id: ID!) { taskStatus(id: $id) {
         id type uniqueName description parentName launcher created modified launched completed progress percentComplete
         attributes target { id type name } messages { key parameters } returns { name attributeName }
         taskDefinitionSummary { id uniqueName description parentName executor arguments } } }`,
      { id },
    );
    expect(errors).toEqual([]);
    const { taskDefinitionSummary, ...rest } = data.taskStatus;
    expect(wire).toMatchObject({
      ...rest,
      messages: rest.messages.map((message: { key: string }) =>
        expect.objectContaining({ key: message.key }),
      ),
      ...(taskDefinitionSummary && { taskDefinitionSummary }),
    });
    expect(pair.calls()).toEqual([ONE]);
  });

  test('an unknown id is null, without an error', async () => {
    const { data, errors } = await pair.ask('{ taskStatus(id: "0123456789abcdef0123456789abcdef") { id } }');
    expect({ data, errors }).toEqual({ data: { taskStatus: null }, errors: [] });
    expect(pair.calls()).toEqual([ONE]);
  });

  test('50 aliased lookups of completed tasks cost one call', async () => {
    const ids = pair.completed(50);
    const { data, errors } = await pair.ask(aliased(ids));
    expect(errors).toEqual([]);
    expect(Object.values(data).map((task) => (task as { id: string }).id)).toEqual(ids);
    expect(pair.calls()).toEqual([LIST]);
  });

  test.each([
    [100, 1],
    [101, 2],
    [200, 2],
  ])('%i distinct ids cost %i calls', async (count, calls) => {
    expect((await pair.ask(aliased(pair.completed(count)))).errors).toEqual([]);
    expect(pair.calls()).toHaveLength(calls);
  });

  test('249 distinct ids cost three calls, and asking one of them again costs none', async () => {
    const ids = pair.completed(249);
    const { data } = await pair.ask(aliased([...ids, ids[7] ?? '']));
    expect(data.t249).toEqual(data.t7);
    expect(Object.values(data).filter((task) => task === null)).toEqual([]);
    expect(pair.calls()).toEqual([LIST, LIST, LIST]);
  });

  test('pending ids among completed ones answer right, and are looked up alone only where the list lacks them', async () => {
    const ids = [...pair.completed(10), ...pair.pending(5)];
    const { data, errors } = await pair.ask(aliased(ids));
    expect(errors).toEqual([]);
    expect(ids.map((_, index) => data[`t${index}`].id)).toEqual(ids);
    const singles = pair.listHoldsPending ? 0 : 5;
    expect(pair.calls()).toEqual([LIST, ...Array<string>(singles).fill(ONE)]);
  });

  test('the answer is the same whether ids are asked together or alone', async () => {
    const ids = [
      ...pair.completed(3),
      ...pair.pending(2),
      'unknown',
      pair.completed(4)[3]?.toUpperCase() ?? '',
    ];
    const together = await pair.ask(aliased(ids));
    const alone = await Promise.all(ids.map((id) => pair.ask(aliased([id]))));
    expect(ids.map((_, index) => together.data[`t${index}`])).toEqual(alone.map(({ data }) => data.t0));
  });

  test('one id’s failure is that field’s error and no other’s', async () => {
    const [id = ''] = pair.completed(1);
    const { status, data, errors } = await pair.ask(
      `{ good: taskStatus(id: "${id}") { id } bad: taskStatus(id: "..") { id } empty: taskStatus(id: "") { id } }`,
    );
    expect(status).toBe(200);
    expect(data).toEqual({ good: { id }, bad: null, empty: null });
    expect(errors.map(({ path, extensions }) => [path, extensions['code'], extensions['argument']])).toEqual([
      [['bad'], 'BAD_USER_INPUT', 'id'],
      [['empty'], 'BAD_USER_INPUT', 'id'],
    ]);
    expect(pair.calls()).toEqual([ONE]);
  });

  test('an id with a quote, a backslash, a slash or a percent sign reaches the upstream as it is', async () => {
    const odd = ['a"b', 'a\\b', 'a/b', '%2e%2e', 'ä&filters=id pr'];
    const { data, errors } = await pair.ask(aliased(odd));
    expect(errors).toEqual([]);
    expect(data).toEqual(Object.fromEntries(odd.map((_, index) => [`t${index}`, null])));
    const [first] = pair.sandbox.calls;
    expect(first?.query['filters']).toBe('id in ("a\\"b","a\\\\b","a/b","%2e%2e","ä&filters=id pr")');
    await pair.ask(aliased(['a/b']));
    expect(pair.sandbox.calls.at(-1)?.path).toMatch(/\/a%2Fb$/);
  });
});
