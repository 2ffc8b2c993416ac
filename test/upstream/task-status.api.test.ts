import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { apiVersionNames, apiVersions, type ApiVersionName } from '../../src/upstream/api-version.js';
import { createTaskStatusApi, type TaskStatusApi } from '../../src/upstream/task-status.api.js';
import { closeAgents, createAgents } from '../../src/upstream/agents.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import { createTransport } from '../../src/upstream/transport.js';
import { as } from '../support/callers.js';
import { answer, startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const TOKEN = 'Bearer token';
const me = as(TOKEN);
const agents = createAgents();
const ignore = (): undefined => undefined;

let server: ScriptedUpstream;
const apiOf = (version: ApiVersionName): TaskStatusApi =>
  createTaskStatusApi(
    createTransport({
      origin: server.url,
      timeoutMs: 5_000,
      clock: { now: () => 0, after: afterRealTime },
      agents,
      warn: () => undefined,
    }),
    apiVersions[version],
  );

beforeAll(async () => {
  server = await startScriptedUpstream();
});
beforeEach(() => {
  server.requests.length = 0;
});
afterAll(async () => {
  closeAgents(agents);
  await server.stop();
});

describe.each(apiVersionNames)('API version %s', (version) => {
  const base = version === 'v1' ? '/task-status/v1' : `/${version}/task-status`;

  test('has its own paths', async () => {
    const api = apiOf(version);
    server.answer = answer(200, {}, []);
    await api.getTaskStatusList({}, me);
    await api.getTaskStatusList({ limit: 2, offset: 4, count: true, sorters: '-created' }, me);
    server.answer = answer(200, {}, { id: 'a' });
    await api.getTaskStatus('a', me);
    await api.updateTaskStatus('a', [], me, ignore);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${base}`,
      `GET ${base}?limit=2&offset=4&count=true&sorters=-created`,
      `GET ${base}/a`,
      `PATCH ${base}/a`,
    ]);
  });
});

describe('a list', () => {
  test('sends a filter encoded whole, and nothing for what is absent', async () => {
    const filters = 'launcher eq "a\\"b\\\\c#%&+ é€"';
    server.answer = answer(200, {}, []);
    await apiOf('v1').getTaskStatusList({ limit: undefined, count: undefined, filters }, me);
    const url = new URL(server.requests[0]?.url ?? '', server.url);
    expect([...url.searchParams]).toEqual([['filters', filters]]);
    expect(server.requests[0]?.url).not.toMatch(/[+"\\#&é]/);
  });

  test.each([
    ['204', answer(204), 0],
    ['an empty 200', answer(200), null],
  ])('that is %s has no rows', async (_, script, totalCount) => {
    server.answer = script;
    expect(await apiOf('beta').getTaskStatusList({}, me)).toEqual({ rows: [], totalCount, isEmpty: true });
    expect(await apiOf('beta').getPendingTasks({}, me)).toEqual({ rows: [], totalCount, isEmpty: true });
  });

  test.each(['{}', 'null', '"text"', '5'])('that is %s is unreadable', async (body) => {
    server.answer = answer(200, {}, body);
    await expect(apiOf('beta').getTaskStatusList({}, me)).rejects.toMatchObject({
      details: { failure: 'bad_response', status: 200 },
    });
  });

  test('keeps its rows as they came', async () => {
    const rows = [null, 5, {}, { id: 'a', extra: 1 }];
    server.answer = answer(200, { 'x-total-count': '4' }, rows);
    expect(await apiOf('beta').getTaskStatusList({}, me)).toEqual({ rows, totalCount: 4, isEmpty: false });
  });
});

describe('pending tasks', () => {
  test('are counted by one HEAD', async () => {
    server.answer = answer(200, { 'x-total-count': '12' });
    expect(await apiOf('beta').getPendingTaskHeaders(me)).toBe(12);
    expect(server.requests).toMatchObject([
      {
        method: 'HEAD',
        url: '/beta/task-status/pending-tasks?count=true',
        headers: { authorization: TOKEN },
      },
    ]);
  });

  test.each([
    ['204', 0, answer(204)],
    ['200 without a count', null, answer(200)],
  ])('of which a HEAD says %s are %j', async (_, expected, script) => {
    server.answer = script;
    expect(await apiOf('beta').getPendingTaskHeaders(me)).toBe(expected);
  });

  test('of which a HEAD is refused give that refusal, without a body to read', async () => {
    server.answer = answer(429, { 'retry-after': '3' });
    await expect(apiOf('beta').getPendingTaskHeaders(me)).rejects.toMatchObject({
      details: { failure: 'status', status: 429, retryAfterSeconds: 3 },
    });
  });
});

describe('one task', () => {
  test.each([
    ['a b/c', 'a%20b%2Fc'],
    ['x?y#z&', 'x%3Fy%23z%26'],
    ['%2e%2e', '%252e%252e'],
    ['../pending-tasks', '..%2Fpending-tasks'],
    ['é€😀', '%C3%A9%E2%82%AC%F0%9F%98%80'],
    ['...', '...'],
    ['a\\b\n"', 'a%5Cb%0A%22'],
  ])('of id %j is asked for as %s', async (id, encoded) => {
    server.answer = answer(200, {}, { id });
    await apiOf('beta').getTaskStatus(id, me);
    await apiOf('beta').updateTaskStatus(id, [], me, ignore);
    expect(server.requests.map(({ url }) => url)).toEqual(Array(2).fill(`/beta/task-status/${encoded}`));
  });

  test.each([
    ['204', answer(204)],
    ['an empty 200', answer(200)],
  ])('that is %s is no answer of a lookup, and no task of an update', async (_, script) => {
    server.answer = script;
    await expect(apiOf('beta').getTaskStatus('a', me)).rejects.toMatchObject({
      details: { failure: 'bad_response' },
    });
    expect(await apiOf('beta').updateTaskStatus('a', [], me, ignore)).toBeUndefined();
  });

  test.each(['[]', 'null', '"text"'])('that is %s is unreadable', async (body) => {
    server.answer = answer(200, {}, body);
    await expect(apiOf('beta').getTaskStatus('a', me)).rejects.toMatchObject({
      details: { failure: 'bad_response' },
    });
  });

  test('is patched with a bare array under its own content type', async () => {
    server.answer = answer(200, {}, { id: 'a' });
    const patch = [
      { op: 'replace', path: '/completionStatus', value: 'Error' },
      { op: 'add', path: '/x', value: null },
    ];
    await apiOf('beta').updateTaskStatus('a', patch, me, ignore);
    const [received] = server.requests;
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json-patch+json',
      authorization: TOKEN,
    });
    expect(JSON.parse(received?.body ?? '')).toStrictEqual(patch);
  });
});
