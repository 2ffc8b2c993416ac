import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { type TestSandbox, listPath, noon, startTestSandbox, versions } from './sandbox-fixture.js';

const day = 24 * 60 * 60 * 1000;
const ids = (tasks: readonly SandboxTask[]): string[] => tasks.map(({ id }) => id);
const finished = ({ completionStatus }: SandboxTask): boolean => completionStatus !== null;

async function allPages(sandbox: TestSandbox, path: string): Promise<SandboxTask[]> {
  const tasks: SandboxTask[] = [];
  for (;;) {
    const { json } = await sandbox.send<SandboxTask[]>(`${path}?offset=${tasks.length}`);
    tasks.push(...json);
    if (json.length < 250) return tasks;
  }
}

describe('The list', () => {
  test.each(versions)('of %s holds what that version says it does, newest first', async (version) => {
    const sandbox = await startTestSandbox();
    const expected = ['beta', 'v2024'].includes(version) ? sandbox.tasks().filter(finished) : sandbox.tasks();
    expect(ids(await allPages(sandbox, listPath(version)))).toEqual(ids(expected));
    const times = expected.map(({ created }) => created);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('breaks ties in time by id, in either direction', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    for (const id of ['b', 'c', 'a']) sandbox.insert({ id });
    for (const sorters of ['', 'created', '-created']) {
      const { json } = await sandbox.send<SandboxTask[]>(`${listPath('v1')}?sorters=${sorters}`);
      expect(ids(json)).toEqual(['a', 'b', 'c']);
    }
  });

  test('is sorted by created only', async () => {
    const sandbox = await startTestSandbox();
    const { json } = await sandbox.send<SandboxTask[]>('/beta/task-status?sorters=created&limit=5');
    expect(ids(json)).toEqual(ids(sandbox.tasks().filter(finished)).reverse().slice(0, 5));
    for (const sorters of ['type', 'created,-modified', '+created', '--created']) {
      const { status } = await sandbox.send(`/beta/task-status?sorters=${encodeURIComponent(sorters)}`);
      expect(status).toBe(400);
    }
  });

  test('leaves out what is over 90 days old, which is then not found by id either', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    sandbox.insert({ id: 'old', created: new Date(noon - 90 * day).toISOString() });
    expect((await sandbox.send(`${listPath('v1')}/old`)).status).toBe(200);
    sandbox.clock.now += 1;
    expect((await sandbox.send(`${listPath('v1')}/old`)).status).toBe(404);
    expect((await sandbox.send(listPath('v1'))).json).toEqual([]);
    expect(sandbox.tasks()).toEqual([]);
  });

  test('is at most 250 long, and that by default', async () => {
    const sandbox = await startTestSandbox();
    expect((await sandbox.send<SandboxTask[]>('/beta/task-status')).json).toHaveLength(250);
    expect((await sandbox.send<SandboxTask[]>('/beta/task-status?limit=7&offset=3')).json).toEqual(
      sandbox.tasks().filter(finished).slice(3, 10),
    );
  });

  test.each([
    ['limit', '251'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', 'many'],
    ['limit', ''],
    ['offset', '-1'],
    ['offset', '2147483648'],
    ['offset', '0x10'],
    ['count', 'yes'],
    ['count', '1'],
  ])('refuses %s=%s with 400.1.3', async (name, value) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    for (const path of ['/beta/task-status', '/beta/task-status/pending-tasks']) {
      const { status, json, headers } = await sandbox.send(`${path}?${name}=${value}`);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        detailCode: '400.1.3 Illegal value',
        trackingId: headers.get('slpt-request-id'),
        messages: expect.arrayContaining([
          expect.objectContaining({ locale: 'und', localeOrigin: 'REQUEST' }),
          expect.objectContaining({ locale: 'en-US', localeOrigin: 'DEFAULT' }),
        ]) as unknown,
        causes: [],
      });
    }
  });

  test('says how many there are only when asked to count, before limit and offset', async () => {
    const sandbox = await startTestSandbox();
    const total = String(sandbox.tasks().filter(finished).length);
    const counted = await sandbox.send('/beta/task-status?count=true&limit=0&offset=9');
    expect(counted.headers.get('x-total-count')).toBe(total);
    expect(counted.json).toEqual([]);
    for (const query of ['', '?count=false']) {
      expect((await sandbox.send(`/beta/task-status${query}`)).headers.has('x-total-count')).toBe(false);
    }
  });

  test('answers an offset after the end with an empty page, or by switch with a 400', async () => {
    const sandbox = await startTestSandbox();
    expect((await sandbox.send('/beta/task-status?offset=400')).json).toEqual([]);
    sandbox.configure({ pastEnd: 'refuse' });
    expect((await sandbox.send('/beta/task-status?offset=400')).status).toBe(400);
    expect((await sandbox.send('/beta/task-status?offset=350')).status).toBe(200);
  });

  test('refuses limit=0 by switch', async () => {
    const sandbox = await startTestSandbox({ limitZero: 'refuse' });
    expect((await sandbox.send('/beta/task-status?limit=0')).status).toBe(400);
    expect((await sandbox.send('/beta/task-status?limit=1')).status).toBe(200);
  });

  test('answers HEAD as GET, without the body', async () => {
    const sandbox = await startTestSandbox();
    const { status, text, headers } = await sandbox.send('/v2025/task-status?count=true', { method: 'HEAD' });
    expect([status, text, headers.get('x-total-count')]).toEqual([200, '', '400']);
  });

  test('takes + for a blank in a query', async () => {
    const sandbox = await startTestSandbox();
    const { json } = await sandbox.send<SandboxTask[]>(
      '/beta/task-status?filters=completionStatus+in+(%22ERROR%22,+%22TEMPERROR%22)',
    );
    expect(new Set(json.map(({ completionStatus }) => completionStatus))).toEqual(
      new Set(['ERROR', 'TEMPERROR']),
    );
  });

  test('refuses a URL of over 16 kB with 414, and the sandbox lives on', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    expect((await sandbox.filter('beta', `id eq "${'x'.repeat(16_500)}"`)).status).toBe(414);
    expect((await sandbox.filter('beta', `id eq "${'x'.repeat(9_000)}"`)).status).toBe(200);
  });

  test('never fails on any filter', async () => {
    const sandbox = await startTestSandbox({ tasks: 5 });
    await fc.assert(
      fc.asyncProperty(fc.string(), async (filters) => {
        expect([200, 400]).toContain((await sandbox.filter('v1', filters)).status);
      }),
      { numRuns: 50 },
    );
  });
});
