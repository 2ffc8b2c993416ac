import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { clearing, startTestSandbox } from './sandbox-fixture.js';

const status = (value: unknown): object => ({ op: 'replace', path: '/completionStatus', value });
const completed = (value: unknown): object => ({ op: 'replace', path: '/completed', value });

describe('A patch', () => {
  test('clears a pending task, which then reads the same on every version', async () => {
    const sandbox = await startTestSandbox();
    const pending = sandbox.tasks().filter(({ completionStatus }) => completionStatus === null);
    const { id } = pending[0] as SandboxTask;
    const patched = await sandbox.patch(id, clearing);
    expect(patched.status).toBe(200);
    expect(patched.json).toMatchObject({
      id,
      completionStatus: 'ERROR',
      completed: '2026-03-01T11:00:00.000Z',
    });
    expect((await sandbox.send(`/task-status/v1/${id}`)).json).toEqual(patched.json);
    const left = await sandbox.send('/beta/task-status/pending-tasks?count=true');
    expect(left.headers.get('x-total-count')).toBe(String(pending.length - 1));
    expect((await sandbox.filter('beta', `id eq "${id}"`)).json).toHaveLength(1);
  });

  test('marks the record for good: the task no longer moves', async () => {
    const sandbox = await startTestSandbox();
    for (const { id, completionStatus } of sandbox.tasks()) {
      if (completionStatus === null) await sandbox.patch(id, clearing);
    }
    const before = sandbox.tasks();
    sandbox.clock.now += 60 * 60 * 1000;
    expect(sandbox.tasks()).toEqual(
      before.filter(({ id }) => sandbox.tasks().some((task) => task.id === id)),
    );
  });

  test.each([
    ['Success', 'SUCCESS'],
    ['error', 'ERROR'],
    ['WARNING', 'WARNING'],
    ['tempError', 'TEMPERROR'],
    ['Terminated', 'TERMINATED'],
  ])('writes the status %s as %s', async (value, stored) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    expect((await sandbox.patch(id, [status(value)])).json.completionStatus).toBe(stored);
  });

  test.each([
    ['2026-02-28T12:00:00Z', '2026-02-28T12:00:00.000Z'],
    ['2024-05-17 19:33:16.470000+00:00', '2024-05-17T19:33:16.470Z'],
    ['2026-02-28T13:00:00+01:00', '2026-02-28T12:00:00.000Z'],
    ['2026-02-28T12:00:00', '2026-02-28T12:00:00.000Z'],
  ])('writes the date %s as %s', async (value, stored) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    expect((await sandbox.patch(id, [status('Error'), completed(value)])).json.completed).toBe(stored);
  });

  const broken: [string, unknown][] = [
    ['one operation without the array', status('Error')],
    ['the old body with operations', { operations: [status('Error')] }],
    ['a status outside the enum', [status('Completed')]],
    ['a status that is no text', [status(5)]],
    ['a null', [status(null)]],
    ['no value', [{ op: 'replace', path: '/completionStatus' }]],
    ['a number with a fraction', [completed(1.5)]],
    ['a date that is none', [completed('yesterday')]],
    ['a date that never was', [completed('2026-13-41T00:00:00Z')]],
    ['another field', [{ op: 'replace', path: '/description', value: 'x' }]],
    ['a field below one of the two', [{ op: 'add', path: '/completed/x', value: 'x' }]],
    ['the whole task', [{ op: 'replace', path: '', value: {} }]],
    ['an unknown operation', [{ op: 'set', path: '/completed', value: 'x' }]],
    ['a removal', [{ op: 'remove', path: '/completed' }]],
    ['a copy from elsewhere', [{ op: 'copy', from: '/id', path: '/completionStatus' }]],
    ['a good operation before a bad one', [status('Error'), completed('never')]],
    [
      'a good operation before a test that fails',
      [status('Error'), { op: 'test', path: '/completed', value: 'x' }],
    ],
    ['something that is no operation', [null]],
  ];
  test.each(broken)('with %s is a 400 and changes nothing', async (_what, operations) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const row = sandbox.insert({});
    const { status: code, json } = await sandbox.patch(row.id, operations);
    expect(code).toBe(400);
    expect(json).toHaveProperty('detailCode');
    expect(sandbox.tasks()).toEqual([row]);
  });

  test('that isn’t JSON is a 400', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    expect((await sandbox.patch(id, [], { body: '[{' })).status).toBe(400);
  });

  test('goes through when its test operation holds', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    const operations = [status('Error'), { op: 'test', path: '/completionStatus', value: 'Error' }];
    expect((await sandbox.patch(id, operations)).json.completionStatus).toBe('ERROR');
  });

  test('of any other content type is a 415, or by switch a 400', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    const json = { headers: { 'Content-Type': 'application/json' } };
    const refused = await sandbox.patch(id, clearing, json);
    expect(refused.status).toBe(415);
    expect(refused.json).toEqual({
      errorName: 'NotSupportedException',
      errorMessage: 'Cannot consume content type',
      trackingId: refused.headers.get('slpt-request-id'),
    });
    sandbox.configure({ wrongContentType: 400 });
    expect((await sandbox.patch(id, clearing, json)).status).toBe(400);
    const charset = { headers: { 'Content-Type': 'Application/JSON-Patch+JSON; charset=utf-8' } };
    expect((await sandbox.patch(id, clearing, charset)).status).toBe(200);
  });

  test('of a completed task is a 400, or by switch accepted', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({ completionStatus: 'SUCCESS' });
    expect((await sandbox.patch(id, clearing)).status).toBe(400);
    sandbox.configure({ patchCompleted: 'accept' });
    expect((await sandbox.patch(id, clearing)).json.completionStatus).toBe('ERROR');
  });

  test('of other fields is, by switch, accepted without effect', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, patchOtherPaths: 'ignore' });
    const row = sandbox.insert({});
    const patched = await sandbox.patch(row.id, [{ op: 'replace', path: '/description', value: 'x' }]);
    expect([patched.status, patched.json]).toEqual([200, row]);
  });

  test.each([
    ['title', 'Error', 'ERROR'],
    ['upper', 'ERROR', 'Error'],
  ] as const)('must, by switch, spell a status in %s case', async (patchStatusCase, taken, refused) => {
    const sandbox = await startTestSandbox({ tasks: 0, patchStatusCase });
    const { id } = sandbox.insert({});
    expect((await sandbox.patch(id, [status(refused)])).status).toBe(400);
    expect((await sandbox.patch(id, [status(taken)])).status).toBe(200);
  });

  test('of a task that isn’t there is a 404', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    expect((await sandbox.patch('nowhere', clearing)).status).toBe(404);
  });
});
