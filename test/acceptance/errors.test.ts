import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Gateway } from '../../src/index.js';
import { ask, onEachVersion, startGatewayOn, type Reply } from '../support/pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const SECRET = 'Bearer secret-token-0123456789';
const QUERY = '{ one: taskStatus(id: "x") { id } list: taskStatuses { nodes { id } } ok: __typename }';

/** Returns codes by path, because fields fail in any order. */
const codes = (errors: Reply['errors']): object =>
  Object.fromEntries(errors.map(({ path, extensions }) => [String(path), extensions['code']]));

describe('an answer of the upstream', () => {
  let upstream: ScriptedUpstream;
  let gateway: Gateway;
  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startGatewayOn(upstream.url);
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  beforeEach(() => {
    upstream.requests.length = 0;
  });

  const answered = (status: number, body: string, headers: Record<string, string> = {}): Promise<Reply> => {
    upstream.answer = (_request, response) => response.writeHead(status, headers).end(body);
    return ask(gateway.url, QUERY, {}, { authorization: SECRET });
  };

  const dto = (detailCode: string, text: string): string =>
    JSON.stringify({
      detailCode,
      trackingId: 'fca9eb22',
      messages: [
        { locale: 'und', localeOrigin: 'REQUEST', text: 'not this one' },
        { locale: 'en-US', localeOrigin: 'DEFAULT', text },
      ],
      causes: [],
    });

  const answers = [
    [400, dto('400.1.3 Illegal value', 'the words'), 'BAD_USER_INPUT', 'the words'],
    [
      400,
      JSON.stringify({ detailMessage: 'the detail', messages: [{ text: 'the general' }] }),
      'BAD_USER_INPUT',
      'the detail',
    ],
    [
      401,
      JSON.stringify({ error: 'JWT validation failed: JWT is expired' }),
      'UNAUTHENTICATED',
      'JWT is expired',
    ],
    [403, '', 'FORBIDDEN', 'token'],
    [403, dto('403 Forbidden', 'the words'), 'FORBIDDEN', 'the words'],
    [
      405,
      JSON.stringify({ errorName: 'X', errorMessage: 'the words' }),
      'UPSTREAM_BAD_RESPONSE',
      'the words',
    ],
    [412, JSON.stringify({ message: ' API/Feature not enabled.' }), 'BAD_USER_INPUT', 'not enabled'],
    [418, '', 'UPSTREAM_BAD_RESPONSE', ''],
    [302, '', 'UPSTREAM_BAD_RESPONSE', ''],
    [429, JSON.stringify({ message: ' Rate Limit Exceeded ' }), 'RATE_LIMITED', 'Rate Limit Exceeded'],
    [500, dto('500.0 Internal Fault', 'An internal fault'), 'UPSTREAM_UNAVAILABLE', 'An internal fault'],
    [502, '<html><body>Bad Gateway</body></html>', 'UPSTREAM_UNAVAILABLE', ''],
    [503, '', 'UPSTREAM_UNAVAILABLE', ''],
    [504, 'upstream request timeout', 'UPSTREAM_TIMEOUT', ''],
    [200, '[{"id":"a"', 'UPSTREAM_BAD_RESPONSE', ''],
    [200, '<html>', 'UPSTREAM_BAD_RESPONSE', ''],
    [200, '"text"', 'UPSTREAM_BAD_RESPONSE', ''],
  ] as [status: number, body: string, code: string, words: string][];
  test.each(answers.map(([status, body, code, words]) => [status, code, words, body] as const))(
    '%i is %s for each field, with the words “%s”',
    async (status, code, words, body) => {
      const { status: http, data, errors } = await answered(status, body, { 'SLPT-Request-ID': 'r1' });
      expect(http).toBe(200);
      expect(data).toEqual({ one: null, list: null, ok: 'Query' });
      expect(codes(errors)).toEqual({ one: code, list: code });
      for (const { message } of errors) expect(message).toContain(words);
      expect(errors[0]?.extensions['upstream']).toMatchObject({ status });
      expect(JSON.stringify(errors)).not.toMatch(/secret|not this one|stack|127\.0\.0\.1|html/i);
    },
  );

  test('what SailPoint’s support asks for is in the extensions', async () => {
    const { errors } = await answered(400, dto('400.1 Bad', 'words'), { 'SLPT-Request-ID': 'r1' });
    expect(errors[0]?.extensions['upstream']).toEqual({
      status: 400,
      detailCode: '400.1 Bad',
      trackingId: 'fca9eb22',
      requestId: 'r1',
    });
  });

  test('a 404 of a lookup is null, and of a list NOT_FOUND', async () => {
    const { data, errors } = await answered(404, '');
    expect(data).toEqual({ one: null, list: null, ok: 'Query' });
    expect(codes(errors)).toEqual({ list: 'NOT_FOUND' });
  });

  test('Retry-After reaches the client as a number and as a header', async () => {
    const { headers, errors } = await answered(429, '{}', { 'Retry-After': '7' });
    expect(headers.get('retry-after')).toBe('7');
    expect(errors[0]?.extensions['upstream']).toMatchObject({ retryAfterSeconds: 7 });
    expect((await answered(500, '{}')).headers.get('retry-after')).toBeNull();
  });

  test.each([
    [200, ''],
    [204, ''],
    [200, '[]'],
  ])('%i with the body "%s" is an empty list and no error', async (status, body) => {
    upstream.answer = (_request, response) => response.writeHead(status).end(body);
    const { data, errors } = await ask(
      gateway.url,
      '{ a: taskStatuses { nodes { id } pageInfo { hasNextPage } } b: pendingTasks(first: 3) { nodes { id } } c: pendingTasks { totalCount } }',
    );
    expect(errors).toEqual([]);
    const total = status === 204 ? 0 : null;
    expect(data).toEqual({
      a: { nodes: [], pageInfo: { hasNextPage: false } },
      b: { nodes: [] },
      c: { totalCount: total },
    });
  });

  test('without a count from the upstream totalCount is null, and hasNextPage still exact', async () => {
    const ids = Array.from({ length: 251 }, (_, index) => ({ id: `t${index}` }));
    upstream.answer = ({ url }, response) => {
      const query = new URL(`http://x${url ?? ''}`).searchParams;
      const offset = Number(query.get('offset') ?? 0);
      response.end(JSON.stringify(ids.slice(offset, offset + Number(query.get('limit')))));
    };
    const { data } = await ask(
      gateway.url,
      '{ a: taskStatuses { totalCount nodes { id } pageInfo { hasNextPage } } }',
    );
    expect(data.a).toMatchObject({ totalCount: null, pageInfo: { hasNextPage: true } });
    const next = await ask(gateway.url, '{ a: taskStatuses(offset: 1) { pageInfo { hasNextPage } } }');
    expect(next.data.a.pageInfo.hasNextPage).toBe(false);
  });

  test('of a list with odd rows every row with an id is served', async () => {
    const odd = [
      {
        id: 'a',
        type: 'MENTOS',
        completionStatus: 'Temp_Error',
        completed: 1714574212775,
        launched: '2024-05-01T14:00Z',
      },
      {
        id: 'b',
        completionStatus: 'Completed',
        completed: '2024-05-01T14:00:00.123',
        messages: [null, {}, 'x'],
      },
      null,
      7,
      { uniqueName: 'without an id' },
      {
        id: 'c',
        attributes: null,
        returns: [null, { attributeName: 'x' }],
        percentComplete: 'many',
        created: 'T42:14:00',
      },
    ];
    upstream.answer = (_request, response) => response.end(JSON.stringify(odd));
    const { data, errors } = await ask(
      gateway.url,
      `{ taskStatuses { nodes { id type state completionStatus completed created durationSeconds statusMessage attributes
         percentComplete messages { key type text parameters localizedText { message } } results { key } returns { attributeName } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.taskStatuses.nodes).toMatchObject([
      {
        id: 'a',
        type: 'UNKNOWN',
        state: 'FAILED',
        completionStatus: 'TEMP_ERROR',
        completed: '2024-05-01T14:36:52.775Z',
        durationSeconds: 2212,
      },
      {
        id: 'b',
        state: 'UNKNOWN',
        completed: '2024-05-01T14:00:00.123Z',
        messages: [{ key: null, type: null, text: null, parameters: [] }],
      },
      {
        id: 'c',
        state: 'QUEUED',
        attributes: {},
        percentComplete: null,
        created: null,
        returns: [{ attributeName: 'x' }],
      },
    ]);
  });

  test('a dropped connection is UPSTREAM_UNAVAILABLE and the gateway goes on', async () => {
    upstream.answer = ({ socket }) => socket.destroy();
    const { data, errors } = await ask(gateway.url, QUERY, {}, { authorization: SECRET });
    expect(data).toEqual({ one: null, list: null, ok: 'Query' });
    expect(errors.map(({ extensions }) => extensions)).toEqual(
      Array(2).fill({ code: 'UPSTREAM_UNAVAILABLE' }),
    );
    expect((await answered(200, '[]')).data.list).toEqual({ nodes: [] });
  });

  test('the caller’s Authorization goes upstream unchanged, and nothing else of the caller’s does', async () => {
    upstream.answer = (_request, response) => response.end('[]');
    await ask(
      gateway.url,
      '{ taskStatuses { nodes { id } } }',
      {},
      { authorization: 'Bearer  Odd  ', cookie: 'a=b', 'x-mine': '1' },
    );
    await ask(gateway.url, '{ taskStatuses { nodes { id } } }');
    const [withToken, without] = upstream.requests.map(({ headers }) => headers);
    expect(withToken?.authorization).toBe('Bearer  Odd');
    expect(without).not.toHaveProperty('authorization');
    const names = ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'];
    expect(Object.keys(withToken ?? {}).sort()).toEqual([...names, 'authorization'].sort());
    expect(withToken?.['user-agent']).toBe('task-status-gateway');
  });
});

onEachVersion(
  (pair) => {
    test('each caller’s answer is its own, though many ask at once', async () => {
      const ids = pair.completed(12);
      const replies = await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          const name = `caller-${index}`;
          const token = pair.sandbox.token({ marker: name });
          const query = `{ ${ids.map((id, i) => `t${i}: taskStatus(id: "${id}") { launcher }`).join(' ')} l: taskStatuses(limit: 3) { nodes { launcher } } }`;
          const { data } = await pair.ask(query, {}, { authorization: `Bearer ${token}` });
          const { l, ...tasks } = data;
          const seen = [...Object.values(tasks), ...l.nodes].map(
            (task) => (task as { launcher: string }).launcher,
          );
          return [name, [...new Set(seen)]] as const;
        }),
      );
      for (const [name, seen] of replies) expect(seen).toEqual([name]);
    });

    test('a token that is wrong is UNAUTHENTICATED, one without a user may not update', async () => {
      const { errors } = await pair.ask(
        '{ pendingTasks { totalCount } }',
        {},
        { authorization: 'Bearer wrong' },
      );
      expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstream: { status: 401 } });
      const [id = ''] = pair.pending(1);
      const denied = await pair.ask(
        `mutation { updateTaskStatus(input: { id: "${id}", patch: [{ op: REPLACE, path: "/completionStatus", value: "ERROR" }] }) { taskStatus { id } } }`,
        {},
        { authorization: `Bearer ${pair.sandbox.token({ user: false })}` },
      );
      expect(denied.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', upstream: { status: 403 } });
    });
  },
  { launcherIsCaller: true },
);
