import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { startTestSandbox } from './sandbox-fixture.js';

const withPending = ['beta', 'v2024', 'v2025'];

describe('Pending tasks', () => {
  test.each(withPending)(
    'of %s are those without a completion status, in a deprecated list',
    async (version) => {
      const sandbox = await startTestSandbox();
      const { status, json, headers } = await sandbox.send<SandboxTask[]>(
        `/${version}/task-status/pending-tasks`,
      );
      expect(status).toBe(200);
      expect(json).toEqual(sandbox.tasks().filter(({ completionStatus }) => completionStatus === null));
      expect(json.length).toBeGreaterThan(20);
      expect(headers.get('x-deprecated')).toBe('true');
    },
  );

  test.each(['/v2026/task-status', '/task-status/v1'])('are no list below %s', async (path) => {
    const sandbox = await startTestSandbox();
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await sandbox.send(`${path}/pending-tasks`, { method });
      expect([status, headers.has('x-deprecated')]).toEqual([404, false]);
    }
    expect(sandbox.calls.map(({ operation }) => operation)).toEqual(['getTaskStatus', 'getTaskStatus']);
  });

  test.each(withPending)('are counted by HEAD on %s, without a body', async (version) => {
    const sandbox = await startTestSandbox();
    const path = `/${version}/task-status/pending-tasks`;
    const get = await sandbox.send<SandboxTask[]>(`${path}?count=true`);
    const head = await sandbox.send(`${path}?count=true`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('x-total-count')).toBe(String(get.json.length));
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect((await sandbox.send(path, { method: 'HEAD' })).headers.has('x-total-count')).toBe(false);
    expect(sandbox.calls.at(-1)?.operation).toBe('getPendingTaskHeaders');
  });

  test('are an empty list when there are none, or by switch a 204', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const empty = await sandbox.send('/beta/task-status/pending-tasks?count=true');
    expect([empty.status, empty.text]).toEqual([200, '[]']);
    sandbox.configure({ emptyPending: 204 });
    for (const method of ['GET', 'HEAD']) {
      const { status, text, headers } = await sandbox.send('/beta/task-status/pending-tasks?count=true', {
        method,
      });
      expect([status, text, headers.get('x-total-count')]).toEqual([204, '', '0']);
    }
    sandbox.insert({});
    expect((await sandbox.send('/beta/task-status/pending-tasks?limit=0')).status).toBe(200);
  });

  test('know no filters and no sorters', async () => {
    const sandbox = await startTestSandbox();
    const path = '/beta/task-status/pending-tasks';
    const filtered = await sandbox.send(`${path}?filters=nonsense&sorters=created`);
    expect(filtered.json).toEqual((await sandbox.send(path)).json);
  });

  test('that nobody clears stay, while the others are launched, progress and end as time goes by', async () => {
    const sandbox = await startTestSandbox({ tasks: 1000 });
    const states = (): Record<string, number> => {
      const counts = { queued: 0, running: 0, finished: 0 };
      for (const { launched, completionStatus } of sandbox.tasks()) {
        counts[completionStatus !== null ? 'finished' : launched === null ? 'queued' : 'running']++;
      }
      return counts;
    };
    const before = states();
    sandbox.clock.now += 24 * 60 * 60 * 1000;
    const after = states();
    expect(before).toMatchObject({ finished: 929 });
    expect(after['queued']).toBeGreaterThan(0);
    expect(after['queued']).toBeLessThan(before['queued'] ?? 0);
    expect(after['running']).toBeLessThan(before['running'] ?? 0);
    expect((after['queued'] ?? 0) + (after['running'] ?? 0)).toBeGreaterThanOrEqual(25);
  });

  test('go from queued through rising percents to a status, by the clock alone', async () => {
    const sandbox = await startTestSandbox({ tasks: 1000 });
    const minute = 60_000;
    const queued = sandbox
      .tasks()
      .filter(({ launched }) => launched === null)
      .map(({ id }) => id);
    const path = (id: string): string => `/beta/task-status/${id}`;
    const seen: SandboxTask[][] = queued.map(() => []);
    for (let step = 0; step < 60; step++) {
      for (const [index, id] of queued.entries()) {
        seen[index]?.push((await sandbox.send<SandboxTask>(path(id))).json);
      }
      sandbox.clock.now += 4 * minute;
    }
    const lived = seen.filter((rows) => rows.at(-1)?.completionStatus !== null);
    expect(lived.length).toBeGreaterThan(5);
    for (const rows of lived) {
      expect(rows[0]).toMatchObject({ launched: null, completed: null, percentComplete: 0 });
      const percents = rows.map(({ percentComplete }) => percentComplete);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      expect(
        rows.every(({ completed, completionStatus }) => (completed === null) === (completionStatus === null)),
      ).toBe(true);
    }
  });
});
