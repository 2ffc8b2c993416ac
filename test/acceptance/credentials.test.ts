import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ask as sendTo, Pair, startGatewayOn, type Reply } from '../support/pair.js';
import { startScriptedUpstream } from '../support/scripted-upstream.js';

const codes = ({ errors }: Reply): unknown[] => errors.map(({ extensions }) => extensions['code']);

describe('in pass-through mode', () => {
  const pair = new Pair('v1', { launcherIsCaller: true }, { SAIL_ANONYMOUS: '' });
  const lenient = new Pair('v1', { launcherIsCaller: true });
  beforeAll(() => Promise.all([pair.start(), lenient.start()]));
  afterAll(() => Promise.all([pair.stop(), lenient.stop()]));
  beforeEach(() => {
    pair.calls();
    lenient.calls();
  });

  const everything = `{ ok: __typename one: taskStatus(id: "x") { id } list: taskStatuses { nodes { id } }
    pending: pendingTasks { totalCount }
    _entities(representations: [{__typename: "TaskStatus", id: "x"}, {__typename: "Source", id: "s"}]) {
      ... on Source { id taskStatuses { totalCount } pendingTasks { totalCount } } } }`;
  const update = 'mutation { updateTaskStatus(input: {id: "x", patch: []}) { taskStatus { id } } }';

  test.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['an empty one', { authorization: '' }],
    ['a name and password', { authorization: 'Basic dXNlcjpodW50ZXIy' }],
    ['a bearer of nothing', { authorization: 'Bearer ' }],
    ['a token without a scheme', { authorization: 'abc.def.ghi' }],
    ['a cookie', { cookie: 'token=abc' }],
  ])('%s gives UNAUTHENTICATED for each field and costs no call', async (_, headers) => {
    const reply = await pair.ask(everything, {}, headers);
    expect(reply.status).toBe(200);
    expect(reply.data).toEqual({
      ok: 'Query',
      one: null,
      list: null,
      pending: null,
      _entities: [null, { id: 's', taskStatuses: null, pendingTasks: null }],
    });
    expect(codes(reply)).toEqual(Array(6).fill('UNAUTHENTICATED'));
    expect(codes(await pair.ask(update, {}, headers))).toEqual(['UNAUTHENTICATED']);
    expect(pair.calls()).toEqual([]);
  });

  test('fields that tell nothing of tasks need no token', async () => {
    expect(await pair.ask('{ __typename __schema { queryType { name } } _service { sdl } }')).toMatchObject({
      data: { __schema: { queryType: { name: 'Query' } } },
      errors: [],
    });
  });

  test('a token is passed on unchanged', async () => {
    const token = pair.sandbox.token({ marker: 'me' });
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      const authorization = `${scheme} ${token}`;
      const { data } = await pair.ask(
        '{ taskStatuses(limit: 1) { nodes { launcher } } }',
        {},
        { authorization },
      );
      expect(data.taskStatuses.nodes).toEqual([{ launcher: 'me' }]);
      expect(pair.sandbox.calls.splice(0).map(({ headers }) => headers.authorization)).toEqual([
        authorization,
      ]);
    }
  });

  test('SAIL_ANONYMOUS=on asks without a token, and passes on nothing that isn’t one', async () => {
    const query = '{ taskStatuses(limit: 1) { nodes { id } } }';
    for (const headers of [{}, { authorization: 'Basic dXNlcjpodW50ZXIy' }] as Record<string, string>[]) {
      expect((await lenient.ask(query, {}, headers)).errors).toEqual([]);
      const [call] = lenient.sandbox.calls.splice(0);
      expect(call?.headers).not.toHaveProperty('authorization');
    }
  });
});

describe('a gateway that calls as itself', () => {
  const key = 'a-key-of-the-frontend';
  const secret = 'sandbox';
  const environment = {
    SAIL_CREDENTIALS: 'service',
    SAIL_CLIENT_ID: 'sandbox-application',
    SAIL_CLIENT_SECRET: secret,
    API_KEYS: `another-key-of-16,${key}`,
  };
  const pair = new Pair('v1', { auth: 'required', launcherIsCaller: true }, environment);
  const list = '{ taskStatuses(limit: 1) { nodes { id } } }';
  const LIST = 'GET getTaskStatusList';
  const TOKEN = 'POST token';
  beforeAll(() => pair.start());
  afterAll(() => pair.stop());
  beforeEach(async () => {
    // Expires any token that an earlier test left.
    pair.now += 24 * 3_600_000;
    pair.sandbox.configure({ expiredRate: 0, faultLimit: 0, faultOperations: [] });
    await ask();
    pair.calls();
  });

  const ask = (query = list, headers: Record<string, string> = {}): Promise<Reply> =>
    pair.ask(query, {}, { 'x-api-key': key, ...headers });

  test('asks for a token once for all, and never passes a client’s on', async () => {
    pair.now += 749_000;
    const mine = `Bearer ${pair.sandbox.token({ marker: 'me' })}`;
    const replies = await Promise.all([
      ask(),
      ask(list, { authorization: mine }),
      ask('{ pendingTasks { totalCount } }'),
    ]);
    expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
    const calls = pair.sandbox.calls.splice(0);
    // The first two share a list, because all callers are one principal.
    expect(calls.map(({ operation }) => operation)).toEqual([
      'token',
      'getTaskStatusList',
      'getTaskStatusList',
    ]);
    expect(calls[0]).toMatchObject({
      path: '/oauth/token',
      query: {},
      body: `grant_type=client_credentials&client_id=sandbox-application&client_secret=${secret}`,
    });
    expect(calls[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    for (const { headers } of calls) expect(headers.authorization).not.toBe(mine);
    await ask();
    expect(pair.calls()).toEqual([LIST]);
  });

  test('renews it ahead of its end, and lets nobody wait for it', async () => {
    pair.now += 0.89 * 749_000;
    await ask();
    expect(pair.calls()).toEqual([LIST]);
    pair.now += 0.02 * 749_000;
    expect((await ask()).errors).toEqual([]);
    await ask();
    expect(pair.calls().filter((call) => call === TOKEN)).toHaveLength(1);
    pair.now += 0.5 * 749_000;
    await ask();
    expect(pair.calls()).toEqual([LIST]);
  });

  test('renews it once where it is refused, and repeats the call', async () => {
    pair.sandbox.configure({ expiredRate: 1, faultLimit: 1, faultOperations: ['getTaskStatusList'] });
    expect((await ask()).errors).toEqual([]);
    expect(pair.calls()).toEqual([LIST, TOKEN, LIST]);
  });

  test('tells of its own refusal as such, and doesn’t go on asking', async () => {
    pair.sandbox.configure({ expiredRate: 1, faultOperations: ['getTaskStatusList'] });
    const reply = await ask();
    expect(codes(reply)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(reply.errors[0]?.message).toContain('the gateway’s own credentials');
    expect(pair.calls()).toEqual([LIST, TOKEN, LIST]);
  });

  test('takes an update that was refused for no update that was applied', async () => {
    pair.sandbox.configure({ expiredRate: 1, faultOperations: ['updateTaskStatus'] });
    const [id = ''] = pair.pending(1);
    const reply = await ask(
      `mutation { updateTaskStatus(input: {id: "${id}", patch: [{op: REPLACE, path: "/completionStatus", value: "ERROR"}]}) { taskStatus { id } } }`,
    );
    expect(codes(reply)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(reply.data).toEqual({ updateTaskStatus: null });
    expect(pair.calls()).toEqual(['PATCH updateTaskStatus', TOKEN, 'PATCH updateTaskStatus']);
  });

  test.each([404, 400])('takes no answer about its token for one about a task: %i', async (status) => {
    const upstream = await startScriptedUpstream();
    upstream.answer = (_request, response) => response.writeHead(status).end('{}');
    const gateway = await startGatewayOn(upstream.url, 'v1', undefined, environment);
    const query =
      '{ a: taskStatus(id: "a") { id } b: taskStatus(id: "b") { id } taskStatuses { totalCount } }';
    const reply = await sendTo(gateway.url, query, {}, { 'x-api-key': key });
    expect(codes(reply)).toEqual(Array(3).fill('UPSTREAM_BAD_RESPONSE'));
    for (const { message } of reply.errors) expect(message).toContain('the gateway’s own credentials');
    expect(new Set(upstream.requests.map(({ url }) => url))).toEqual(new Set(['/oauth/token']));
    expect(upstream.requests.length).toBeLessThan(3);
    await gateway.stop();
    await upstream.stop();
  });

  test('an update without a user is FORBIDDEN, with the reason', async () => {
    const [id = ''] = pair.pending(1);
    const reply = await ask(
      `mutation { updateTaskStatus(input: {id: "${id}", patch: [{op: REPLACE, path: "/completionStatus", value: "ERROR"}]}) { taskStatus { id } } }`,
    );
    expect(codes(reply)).toEqual(['FORBIDDEN']);
    expect(reply.errors[0]?.message).toContain('it lacks the scope, the user level or a user');
  });

  test.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong one', { 'x-api-key': 'a-key-of-the-backend_' }],
    ['a part of one', { 'x-api-key': key.slice(0, -1) }],
    ['all of them', { 'x-api-key': environment.API_KEYS }],
    ['a key in another header', { authorization: `Bearer ${key}` }],
  ])('takes nothing from a client with %s', async (_, headers) => {
    const { status, headers: answered, errors } = await pair.ask('{ __typename }', {}, headers);
    expect([status, errors[0]?.extensions]).toEqual([401, { code: 'UNAUTHENTICATED' }]);
    expect(answered.get('www-authenticate')).toBe('ApiKey');
    expect(JSON.stringify(errors)).not.toContain(key);
    expect(pair.calls()).toEqual([]);
  });

  test('serves its page and its health to everyone', async () => {
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(pair.gateway.url + path)).status).toBe(200);
    const page = await fetch(`${pair.gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
  });

  test('that ALLOW_UNAUTHENTICATED lets start needs no keys', async () => {
    const trusting = new Pair(
      'v1',
      { auth: 'required' },
      { ...environment, API_KEYS: '', ALLOW_UNAUTHENTICATED: 'on' },
    );
    await trusting.start();
    expect((await trusting.ask(list)).errors).toEqual([]);
    await trusting.stop();
  });

  test.each([
    ['a wrong secret', { SAIL_CLIENT_SECRET: 'hunter2-hunter2' }],
    ['an unknown client', { SAIL_CLIENT_ID: 'hunter2-hunter2' }],
  ])('with %s says so, and not what it is', async (_, wrong) => {
    const refused = new Pair('v1', { auth: 'required' }, { ...environment, ...wrong });
    await refused.start();
    const reply = await refused.ask(list, {}, { 'x-api-key': key });
    expect(codes(reply)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(reply.errors[0]?.message).toContain('the gateway’s own credentials');
    expect(JSON.stringify(reply.errors)).not.toMatch(/hunter2|another-key/);
    expect(refused.calls()).toEqual([TOKEN]);
    await refused.stop();
  });
});
