import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { type Read, type TestSandbox, startTestSandbox } from './sandbox-fixture.js';

function ask(sandbox: TestSandbox, method: string, action: string, body?: unknown): Promise<Read> {
  return sandbox.send(`/__sandbox${action}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('The control endpoint', () => {
  test('shows and changes settings, given as values or as texts', async () => {
    const sandbox = await startTestSandbox();
    expect((await ask(sandbox, 'PATCH', '/settings', { errorRate: 1, latencyMs: '5' })).json).toMatchObject({
      errorRate: 1,
      latencyMs: 5,
      tasks: 400,
    });
    expect((await sandbox.send('/beta/task-status')).status).toBe(500);
    expect((await ask(sandbox, 'PUT', '/settings', { titleCase: 'on' })).json).toMatchObject({
      errorRate: 0,
      titleCase: true,
      rateLimit: 'off',
    });
    expect((await ask(sandbox, 'GET', '/settings')).json).toMatchObject({ titleCase: true });
  });

  test('refuses bad settings by name', async () => {
    const sandbox = await startTestSandbox();
    const { status, json } = await ask(sandbox, 'PATCH', '/settings', { errorRate: 5, colour: 'red' });
    expect([status, json]).toEqual([
      400,
      { error: 'errorRate must be a share from 0 to 1; colour is no setting of the sandbox' },
    ]);
    expect((await sandbox.send('/__sandbox/settings', { method: 'PATCH', body: '[' })).status).toBe(400);
    expect((await ask(sandbox, 'PATCH', '/settings', [])).status).toBe(400);
  });

  test('launches a task, and moves it on', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    await ask(sandbox, 'POST', '/insert', { id: 'x', launched: null, progress: null });
    expect((await ask(sandbox, 'POST', '/progress', { id: 'x' })).json).toMatchObject({
      id: 'x',
      launched: expect.any(String) as unknown,
      completionStatus: null,
      progress: 'Started',
      percentComplete: 1,
    });
    await ask(sandbox, 'POST', '/progress', { id: 'x', percentComplete: 99, progress: 'Finishing' });
    expect(sandbox.tasks()).toMatchObject([{ id: 'x', progress: 'Finishing', percentComplete: 99 }]);
    expect((await ask(sandbox, 'POST', '/progress', { id: 'y' })).status).toBe(400);
  });

  test('inserts, completes and removes tasks, and starts over', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = (await ask(sandbox, 'POST', '/insert', { id: 'x' })).json as SandboxTask;
    expect(id).toBe('x');
    expect((await ask(sandbox, 'POST', '/complete', { id, status: 'ERROR' })).json).toMatchObject({
      tasks: 1,
      pending: 0,
    });
    expect(sandbox.tasks()).toMatchObject([{ id, completionStatus: 'ERROR' }]);
    expect((await ask(sandbox, 'POST', '/remove', { id })).json).toMatchObject({ tasks: 0 });
    expect((await ask(sandbox, 'POST', '/remove', { id })).status).toBe(400);
    await ask(sandbox, 'POST', '/insert');
    expect((await ask(sandbox, 'POST', '/reset')).json).toMatchObject({ tasks: 0, calls: 0 });
  });

  test('tells what was called, without secrets', async () => {
    const sandbox = await startTestSandbox();
    const fields = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };
    await sandbox.send('/oauth/token', { method: 'POST', body: new URLSearchParams(fields) });
    await sandbox.send('/beta/task-status?limit=1', {
      headers: { Authorization: `Bearer ${sandbox.token()}` },
    });
    const { json, text } = await ask(sandbox, 'GET', '/calls');
    expect(json).toEqual([
      { operation: 'token', version: '', method: 'POST', path: '/oauth/token', status: 200 },
      {
        operation: 'getTaskStatusList',
        version: 'beta',
        method: 'GET',
        path: '/beta/task-status',
        query: { limit: '1' },
        body: '',
        status: 200,
      },
    ]);
    expect(text).not.toMatch(/secret|Bearer/);
    expect((await ask(sandbox, 'GET', '/stats')).json).toMatchObject({
      tasks: 400,
      calls: 2,
      byOperation: { token: 1, getTaskStatusList: 1 },
      byStatus: { 200: 2 },
    });
  });

  test('needs no token, counts as no call, suffers no fault, and lists what it can do', async () => {
    const sandbox = await startTestSandbox({ auth: 'required', dropRate: 1, rateLimit: '1/10s' });
    for (let call = 0; call < 3; call++) expect((await ask(sandbox, 'GET', '/stats')).status).toBe(200);
    expect(sandbox.calls).toEqual([]);
    expect((await ask(sandbox, 'GET', '')).json).toEqual({
      actions: expect.arrayContaining(['POST /reset']) as unknown,
    });
    expect((await ask(sandbox, 'GET', '/nothing')).status).toBe(404);
  });
});
