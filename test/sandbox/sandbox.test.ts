import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { clearing, startTestSandbox, versions } from './sandbox-fixture.js';

describe('The sandbox', () => {
  test('starts with 3000 tasks in under a second', async () => {
    const before = performance.now();
    const sandbox = await startSandbox();
    expect(performance.now() - before).toBeLessThan(1000);
    expect(sandbox.tasks()).toHaveLength(3000);
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await sandbox.stop();
  });

  test('seeds the same tasks under the same seed, and others under another', async () => {
    const [once, again, other] = await Promise.all([1, 1, 2].map((seed) => startTestSandbox({ seed })));
    expect(again?.tasks()).toEqual(once?.tasks());
    expect(other?.tasks()[0]?.id).not.toBe(once?.tasks()[0]?.id);
  });

  test('seeds what a tenant has: every status, 200 pending tasks, sources busy and idle, null and absent fields', async () => {
    const sandbox = await startTestSandbox({ tasks: 3000 });
    const tasks = sandbox.tasks();
    const some = (test: (task: (typeof tasks)[number]) => boolean): boolean => tasks.some(test);
    expect(new Set(tasks.map(({ completionStatus }) => completionStatus)).size).toBe(6);
    expect(new Set(tasks.map(({ type }) => type))).toEqual(new Set(['QUARTZ', 'QPOC', 'QUEUED_TASK']));
    expect(tasks.filter(({ completionStatus }) => completionStatus === null).length).toBeGreaterThan(200);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(3000);
    expect(tasks.every(({ id }) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(some(({ target }) => target === null)).toBe(true);
    expect(some((task) => !('target' in task))).toBe(true);
    expect(some(({ target }) => target?.type === 'IDENTITY')).toBe(true);
    expect(some((task) => !('taskDefinitionSummary' in task))).toBe(true);
    expect(some(({ parentName }) => parentName === null)).toBe(true);
    expect(some(({ description }) => description === 'Workflow Case')).toBe(true);
    const sources = tasks.flatMap(({ target }) => (target?.type === 'APPLICATION' ? [target.name] : []));
    const counts = [...new Set(sources)].map((name) => sources.filter((source) => source === name).length);
    expect(counts).toHaveLength(30);
    expect(Math.max(...counts)).toBeGreaterThan(10 * Math.min(...counts));
  });

  test('gives every label in returns its attribute, and failed tasks a reason', async () => {
    const sandbox = await startTestSandbox();
    for (const { returns, attributes, completionStatus, messages } of sandbox.tasks()) {
      for (const { attributeName } of returns) expect(attributes).toHaveProperty(attributeName);
      if (completionStatus === 'ERROR') expect(messages.map(({ type }) => type)).toContain('ERROR');
      if (completionStatus === 'WARNING') expect(messages.map(({ type }) => type)).toContain('WARN');
    }
  });

  test.each(versions)('tells nothing of %s that it doesn’t tell of a task by its id', async (version) => {
    const sandbox = await startTestSandbox();
    const [task] = sandbox.tasks();
    const path = version === 'v1' ? '/task-status/v1' : `/${version}/task-status`;
    expect((await sandbox.send(`${path}/${task?.id ?? ''}`)).json).toEqual(task);
  });

  test('answers what isn’t there with 404, and a method that isn’t with 405', async () => {
    const sandbox = await startTestSandbox();
    for (const path of [
      '/',
      '/beta',
      '/v3/task-status',
      '/beta/task-status/',
      '/beta/task-status/a/b',
      '/beta/task-status/%E0',
    ]) {
      expect((await sandbox.send(path)).status).toBe(404);
    }
    for (const [method, path] of [
      ['DELETE', '/beta/task-status'],
      ['POST', '/beta/task-status/pending-tasks'],
    ] as const) {
      const { status, json } = await sandbox.send(path, { method });
      expect(status).toBe(405);
      expect(json).toMatchObject({ errorName: 'NotSupportedException' });
    }
    const missing = await sandbox.send('/beta/task-status/a%2Fb%20c');
    expect(missing.json).toEqual({
      detailCode: '404 Not found',
      trackingId: missing.headers.get('slpt-request-id'),
      messages: [
        {
          locale: 'en-US',
          localeOrigin: 'DEFAULT',
          text: 'The server did not find a current representation for the target resource.',
        },
      ],
    });
    sandbox.configure({ missingTaskBody: 'empty', trackingId: 'own' });
    const bare = await sandbox.send('/beta/task-status/none');
    expect([bare.status, bare.text]).toEqual([404, '']);
  });

  test('gives every answer its own request id, and by switch errors another', async () => {
    const sandbox = await startTestSandbox({ trackingId: 'own' });
    const answers = await Promise.all(
      ['/beta/task-status', '/x', '/oauth/info'].map((path) => sandbox.send(path)),
    );
    const requestIds = answers.map(({ headers }) => headers.get('slpt-request-id'));
    expect(new Set(requestIds).size).toBe(3);
    expect(requestIds.every((id) => /^[0-9a-f]{32}$/.test(id ?? ''))).toBe(true);
    expect(answers[1]?.json).toHaveProperty('trackingId');
    expect(answers[1]?.json).not.toHaveProperty('trackingId', requestIds[1]);
    expect(answers[0]?.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
  });

  test('witnesses every call in order, until it is reset', async () => {
    const sandbox = await startTestSandbox();
    const { id } = sandbox.insert({});
    await sandbox.send('/v2025/task-status?limit=1&filters=a');
    await sandbox.patch(id, clearing);
    await sandbox.send('/nowhere');
    expect(sandbox.calls).toMatchObject([
      {
        operation: 'getTaskStatusList',
        version: 'v2025',
        method: 'GET',
        path: '/v2025/task-status',
        query: { limit: '1', filters: 'a' },
        status: 400,
      },
      {
        operation: 'updateTaskStatus',
        version: 'beta',
        method: 'PATCH',
        body: JSON.stringify(clearing),
        status: 200,
      },
      { operation: 'unknown', version: '', status: 404 },
    ]);
    sandbox.configure({ errorRate: 1 });
    sandbox.reset();
    expect(sandbox.calls).toEqual([]);
    expect(sandbox.tasks().some((task) => task.id === id)).toBe(false);
    expect((await sandbox.send('/beta/task-status')).status).toBe(200);
  });

  test('inserts, completes and removes tasks on request', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({ uniqueName: 'Identity Refresh' });
    expect((await sandbox.filter('v1', 'type eq "IDENTITY_REFRESH"')).json).toMatchObject([
      { id, completionStatus: null },
    ]);
    sandbox.complete(id);
    expect((await sandbox.send('/beta/task-status')).json).toMatchObject([
      { id, completionStatus: 'SUCCESS', percentComplete: 100 },
    ]);
    sandbox.remove(id);
    expect(sandbox.tasks()).toEqual([]);
    expect(() => {
      sandbox.complete(id);
    }).toThrow(RangeError);
  });

  test('refuses bad settings all at once, and takes none of them', async () => {
    await expect(startSandbox({ settings: { rateLimit: 'fast', errorRate: 2 } })).rejects.toThrow(
      /rateLimit must be .*; errorRate must be/,
    );
    const sandbox = await startTestSandbox();
    expect(() => {
      sandbox.configure({ errorRate: 1, seed: 2 });
    }).toThrow('seed is read at start only');
    expect((await sandbox.send('/beta/task-status')).status).toBe(200);
  });

  test('says so when its port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expect(startSandbox({ port, settings: { tasks: 0 } })).rejects.toThrow('EADDRINUSE');
    other.close();
  });

  test('stops at once, even with open connections', async () => {
    const sandbox = await startTestSandbox();
    await sandbox.send('/beta/task-status');
    sandbox.configure({ latencyMs: 60_000 });
    const waiting = sandbox.send('/beta/task-status').catch(() => 'cut');
    const before = performance.now();
    await sandbox.stop();
    expect(performance.now() - before).toBeLessThan(500);
    expect(await waiting).toBe('cut');
  });
});
