import { jest, afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sdk from 'sailpoint-api-client';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { type TestSandbox, clearing, noon, startTestSandbox } from './sandbox-fixture.js';

const { Configuration, Paginator, TaskManagementBetaApi, TaskManagementV2024Api } = sdk;

/** The client writes to the console while it pages, and when it gets no token. */
beforeAll(() => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterAll(() => {
  jest.restoreAllMocks();
});

function configure(sandbox: TestSandbox, clientId = 'sandbox'): InstanceType<typeof Configuration> {
  const configuration = new Configuration({
    baseurl: sandbox.url,
    tokenUrl: `${sandbox.url}/oauth/token`,
    clientId,
    clientSecret: 'sandbox',
  });
  configuration.experimental = true;
  return configuration;
}

describe.each([
  ['beta', TaskManagementBetaApi, 'jsonPatchOperationBeta'],
  ['v2024', TaskManagementV2024Api, 'jsonPatchOperationV2024'],
] as const)('SailPoint’s own client, on %s,', (version, Api, patchParameter) => {
  const open = (sandbox: TestSandbox, clientId?: string): InstanceType<typeof TaskManagementBetaApi> =>
    new Api(configure(sandbox, clientId)) as InstanceType<typeof TaskManagementBetaApi>;

  test('fetches a token and reads a task', async () => {
    const sandbox = await startTestSandbox({ auth: 'required' });
    const [task] = sandbox.tasks();
    const { status, data } = await open(sandbox).getTaskStatus({ id: task?.id ?? '' });
    expect([status, data]).toEqual([200, task]);
    expect(sandbox.calls.map(({ operation }) => operation)).toEqual(['token', 'getTaskStatus']);
    expect(sandbox.calls[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(sandbox.calls[1]?.version).toBe(version);
  });

  test('lists with filters, sorters and a count', async () => {
    const sandbox = await startTestSandbox();
    sandbox.insert({
      id: 'quoted',
      completionStatus: 'ERROR',
      target: { id: 'a"b\\c#%&+', type: 'APPLICATION', name: 'x' },
    });
    const { data, headers } = await open(sandbox).getTaskStatusList({
      limit: 10,
      count: true,
      filters: String.raw`completionStatus in ("SUCCESS","ERROR") and sourceId eq "a\"b\\c#%&+"`,
      sorters: '-created',
    });
    expect(data).toMatchObject([{ id: 'quoted' }]);
    expect((headers as Record<string, unknown>)['x-total-count']).toBe('1');
  });

  test('lists and counts pending tasks', async () => {
    const sandbox = await startTestSandbox();
    const pending = sandbox.tasks().filter(({ completionStatus }) => completionStatus === null);
    const api = open(sandbox);
    const list = await api.getPendingTasks({ offset: 0, limit: 250, count: true });
    expect(list.data).toEqual(pending);
    const head = await api.getPendingTaskHeaders({ offset: 0, limit: 1, count: true });
    expect((head.headers as Record<string, unknown>)['x-total-count']).toBe(String(pending.length));
  });

  test('clears a task', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    const request = { id, [patchParameter]: clearing };
    const { data } = await open(sandbox).updateTaskStatus(request as never);
    expect(data).toMatchObject({ id, completionStatus: 'ERROR' });
    await expect(open(sandbox, 'sandbox-helpdesk').updateTaskStatus(request as never)).rejects.toMatchObject({
      response: { status: 403 },
    });
  });

  test('pages through everything', async () => {
    const sandbox = await startTestSandbox({ tasks: 1000 });
    const api = open(sandbox);
    const { data } = await Paginator.paginate(api, (args: object) => api.getTaskStatusList(args), {
      sorters: '-created',
    });
    const finished = sandbox.tasks().filter(({ completionStatus }) => completionStatus !== null);
    expect((data as SandboxTask[]).map(({ id }) => id)).toEqual(finished.map(({ id }) => id));
    expect(sandbox.calls.filter(({ operation }) => operation === 'getTaskStatusList')).toHaveLength(4);
  });

  test('crashes in its paginator on the 204 of an empty pending list, not on 200', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, emptyPending: 204 });
    const api = open(sandbox);
    expect((await api.getPendingTasks({})).data).toBe('');
    await expect(Paginator.paginate(api, (args: object) => api.getPendingTasks(args), {})).rejects.toThrow(
      'CreateListFromArrayLike called on non-object',
    );
    sandbox.configure({ emptyPending: 200 });
    expect((await Paginator.paginate(api, (args: object) => api.getPendingTasks(args), {})).data).toEqual([]);
  });

  test('takes truncated JSON for a text', async () => {
    const sandbox = await startTestSandbox({ truncateRate: 1 });
    expect(typeof (await open(sandbox).getTaskStatusList({})).data).toBe('string');
  });

  test('sends a failing read four times, a failing patch or a refused call once', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, errorRate: 1 });
    const { id } = sandbox.insert({});
    const count = (operation: string): number =>
      sandbox.calls.filter((call) => call.operation === operation).length;
    await expect(open(sandbox).getTaskStatus({ id })).rejects.toThrow('500');
    expect(count('getTaskStatus')).toBe(4);
    const request = { id, [patchParameter]: clearing };
    await expect(open(sandbox).updateTaskStatus(request as never)).rejects.toThrow('500');
    expect(count('updateTaskStatus')).toBe(1);
    sandbox.configure({ errorStatus: 429 });
    await expect(open(sandbox).getTaskStatusList({})).rejects.toThrow('429');
    expect(count('getTaskStatusList')).toBe(1);
  });

  test('sees an empty 403 as an empty text', async () => {
    const sandbox = await startTestSandbox({ missingTaskBody: 'empty' });
    const [task] = sandbox.tasks();
    const call = open(sandbox, 'sandbox-user').getTaskStatus({ id: task?.id ?? '' });
    await expect(call).rejects.toMatchObject({ response: { status: 403, data: '' } });
  });

  test('finds the rate limit', async () => {
    const sandbox = await startTestSandbox({ rateLimit: '1/10s' });
    const api = open(sandbox);
    await api.getPendingTasks({});
    await expect(api.getPendingTasks({})).rejects.toMatchObject({
      response: { status: 429, data: { message: ' Rate Limit Exceeded ' }, headers: { 'retry-after': '10' } },
    });
    sandbox.clock.now = noon + 10_000;
    expect((await api.getPendingTasks({})).status).toBe(200);
  });
});

test('SailPoint’s own client is refused a token for a wrong secret', async () => {
  const sandbox = await startTestSandbox();
  const configuration = new Configuration({
    baseurl: sandbox.url,
    tokenUrl: `${sandbox.url}/oauth/token`,
    clientId: 'sandbox',
    clientSecret: 'wrong',
  });
  await expect(configuration.accessToken).rejects.toThrow('401');
});
