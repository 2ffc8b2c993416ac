import { expect, test } from '@jest/globals';
import { onEachVersion } from '../support/pair.js';

const UPDATE = `mutation ($input: UpdateTaskStatusInput!) {
  updateTaskStatus(input: $input) { taskStatus { id completionStatus completed state } } }`;

const end = [
  { op: 'REPLACE', path: '/completionStatus', value: 'Error' },
  { op: 'REPLACE', path: '/completed', value: '2026-06-01T11:59:00.000Z' },
];

onEachVersion((pair) => {
  test('ends a pending task with one call, whose body is the bare patch as the client wrote it', async () => {
    const [id = ''] = pair.pending(1);
    const { data, errors } = await pair.ask(UPDATE, { input: { id, patch: end } });
    expect(errors).toEqual([]);
    expect(data.updateTaskStatus.taskStatus).toEqual({
      id,
      completionStatus: 'ERROR',
      completed: '2026-06-01T11:59:00.000Z',
      state: 'FAILED',
    });
    const [call, ...more] = pair.sandbox.calls;
    expect(more).toEqual([]);
    expect(call).toMatchObject({ method: 'PATCH', operation: 'updateTaskStatus' });
    expect(call?.headers['content-type']).toBe('application/json-patch+json');
    expect(JSON.parse(call?.body ?? '')).toEqual(end.map((operation) => ({ ...operation, op: 'replace' })));
  });

  test('a value goes out as it was written, null among them', async () => {
    const values = [null, false, 0, 1.5, '', 'ä"\\', [1, [null]], { a: { b: null }, c: [] }];
    for (const value of values) {
      await pair.ask(UPDATE, { input: { id: 'x', patch: [{ op: 'TEST', path: '/completed', value }] } });
      expect(JSON.parse(pair.sandbox.calls.at(-1)?.body ?? '')).toEqual([
        { op: 'test', path: '/completed', value },
      ]);
    }
    await pair.ask(
      'mutation { updateTaskStatus(input: { id: "x", patch: [{ op: ADD, path: "/a", value: { n: null, l: [1.5, true, "s"] } }, { op: MOVE, from: "/a", path: "/b" }] }) { taskStatus { id } } }',
    );
    expect(pair.sandbox.calls.at(-1)?.body).toBe(
      '[{"op":"add","path":"/a","value":{"n":null,"l":[1.5,true,"s"]}},{"op":"move","from":"/a","path":"/b"}]',
    );
  });

  const refusals = [
    [[], 'input.patch', 'at least one'],
    [[{ op: 'REPLACE', path: '/a' }], 'input.patch[0].value', 'needed by REPLACE'],
    [[...end, { op: 'ADD', path: '/a' }], 'input.patch[2].value', 'needed by ADD'],
    [[{ op: 'TEST', path: '/a' }], 'input.patch[0].value', 'needed by TEST'],
    [[{ op: 'REMOVE', path: '/a', value: 1 }], 'input.patch[0].value', 'no meaning for REMOVE'],
    [[{ op: 'MOVE', path: '/a' }], 'input.patch[0].from', 'needed by MOVE'],
    [[{ op: 'COPY', path: '/a', from: null }], 'input.patch[0].from', 'needed by COPY'],
    [[{ op: 'MOVE', path: '/a/b', from: '/a' }], 'input.patch[0].from', 'parent'],
    [[{ op: 'COPY', path: '/a', from: 'b' }], 'input.patch[0].from', 'JSON Pointer'],
    [[{ op: 'REPLACE', path: '/a', value: 1, from: '/b' }], 'input.patch[0].from', 'no meaning for REPLACE'],
    [[{ op: 'REMOVE', path: 'a' }], 'input.patch[0].path', 'JSON Pointer'],
    [[{ op: 'REMOVE', path: '/a~2' }], 'input.patch[0].path', 'JSON Pointer'],
  ] as [patch: object[], argument: string, rule: string][];
  test.each(refusals.map(([patch, argument, rule]) => [argument, rule, patch] as const))(
    '%s is refused by the rule “%s” before anything is sent',
    async (argument, rule, patch) => {
      const { status, data, errors } = await pair.ask(UPDATE, { input: { id: 'x', patch } });
      expect([status, data]).toEqual([200, { updateTaskStatus: null }]);
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument, mayBeApplied: false });
      expect(errors[0]?.message).toContain(rule);
      expect(pair.calls()).toEqual([]);
    },
  );

  test('an unknown task is NOT_FOUND', async () => {
    const { data, errors } = await pair.ask(UPDATE, { input: { id: 'unknown', patch: end } });
    expect(data).toEqual({ updateTaskStatus: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', upstream: { status: 404 } });
  });

  test('a patch that the upstream refuses is BAD_USER_INPUT with its words', async () => {
    const [id = ''] = pair.pending(1);
    const { errors } = await pair.ask(UPDATE, {
      input: { id, patch: [{ op: 'REPLACE', path: '/launcher', value: 'me' }] },
    });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', upstream: { status: 400 } });
    expect(errors[0]?.message).toMatch(/refused.*: .+/);
  });

  test('is sent once, even if it fails', async () => {
    for (const fault of [
      { errorRate: 1, errorStatus: 503 },
      { dropRate: 1 },
      { htmlRate: 1 },
      { burst: '1/1' },
    ]) {
      pair.reset();
      pair.sandbox.configure(fault);
      const { data, errors } = await pair.ask(UPDATE, { input: { id: 'x', patch: end } });
      expect(data).toEqual({ updateTaskStatus: null });
      expect(errors).toHaveLength(1);
      expect(pair.calls()).toEqual(['PATCH updateTaskStatus']);
    }
  });

  test('an update that was applied but whose answer can’t be read gives null and no error', async () => {
    const [id = ''] = pair.pending(1);
    pair.sandbox.configure({ truncateRate: 1 });
    const { data, errors } = await pair.ask(UPDATE, { input: { id, patch: end } });
    expect([data, errors]).toEqual([{ updateTaskStatus: { taskStatus: null } }, []]);
    expect(pair.sandbox.tasks().find((task) => task.id === id)?.completionStatus).toBe('ERROR');
  });

  test('several updates in one operation go out one after the other, and one’s failure is its own', async () => {
    const [one = '', two = ''] = pair.pending(2);
    const { data, errors } = await pair.ask(
      `mutation ($a: UpdateTaskStatusInput!, $b: UpdateTaskStatusInput!, $c: UpdateTaskStatusInput!) {
         a: updateTaskStatus(input: $a) { taskStatus { state } }
         b: updateTaskStatus(input: $b) { taskStatus { state } }
         c: updateTaskStatus(input: $c) { taskStatus { state } } }`,
      { a: { id: one, patch: end }, b: { id: 'unknown', patch: end }, c: { id: two, patch: end } },
    );
    const failed = { taskStatus: { state: 'FAILED' } };
    expect(data).toEqual({ a: failed, b: null, c: failed });
    expect(errors.map(({ path }) => path)).toEqual([['b']]);
    expect(pair.sandbox.calls.map(({ path }) => path.split('/').at(-1))).toEqual([one, 'unknown', two]);
  });
});
