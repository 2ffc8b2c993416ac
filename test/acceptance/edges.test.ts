import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Environment, Gateway } from '../../src/index.js';
import type { Log } from '../../src/telemetry/logger.js';
import { ask, startGatewayOn, type Reply } from '../support/pair.js';
import {
  answer,
  startScriptedUpstream,
  type Script,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';
import { silentLog } from '../support/silent-log.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html' };
const page = '<html>Sign in</html>';

const reply = (status: number, headers: Record<string, string> = JSON_TYPE, body = ''): Script =>
  answer(status, headers, body);

let upstream: ScriptedUpstream;
let gateway: Gateway;
let warnings: { details: Record<string, unknown>; message: string }[];
const log = {
  ...silentLog,
  warn: (details: Record<string, unknown>, message: string) => warnings.push({ details, message }),
} as unknown as Log;

async function start(version: string, environment: Environment = {}): Promise<void> {
  await gateway.stop();
  gateway = await startGatewayOn(upstream.url, version, Date.now, environment, log);
}

beforeEach(async () => {
  warnings = [];
  upstream = await startScriptedUpstream();
  gateway = await startGatewayOn(upstream.url, 'v1', Date.now, {}, log);
});
afterEach(async () => {
  await gateway.stop();
  await upstream.stop();
});

/** Answers each call by the first entry whose key is in its method and path. Other calls get a 500. */
function answerBy(answers: Record<string, Script>): void {
  upstream.answer = (request, response) => {
    const call = `${request.method ?? ''} ${request.url ?? ''}`;
    const found = Object.entries(answers).find(([part]) => call.includes(part));
    (found?.[1] ?? reply(500))(request, response);
  };
}

const calls = (): string[] => upstream.requests.splice(0).map(({ method, url }) => `${method} ${url}`);
const codes = ({ errors }: Reply): unknown[] => errors.map(({ extensions }) => extensions['code']);

const LOOKUP = '{ task: taskStatus(id: "a") { id } }';
const TWO = '{ a: taskStatus(id: "a") { id } b: taskStatus(id: "b") { id } }';
const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const TOTAL = '{ pendingTasks { totalCount } }';
const UPDATE =
  'mutation { done: updateTaskStatus(input: { id: "a", patch: [{ op: REPLACE, path: "/completionStatus", value: "ERROR" }] }) { taskStatus { id } } }';

describe('a page in place of an answer', () => {
  test.each([200, 201, 302, 400, 401, 403, 404, 405, 410, 418])(
    'with status %i is UPSTREAM_BAD_RESPONSE to every read, and blames nobody’s token',
    async (status) => {
      answerBy({ ' /': reply(status, HTML_TYPE, page) });
      for (const query of [LOOKUP, TWO, LIST]) {
        const answer = await ask(gateway.url, query, {}, { authorization: 'Bearer a.b.c' });
        expect(new Set(codes(answer))).toEqual(new Set(['UPSTREAM_BAD_RESPONSE']));
        expect(answer.errors[0]?.message).toMatch(/not SailPoint’s/);
        expect(answer.errors[0]?.message).not.toMatch(/token|Sign in/i);
        expect(answer.errors[0]?.extensions['upstream']).toEqual({ status });
      }
      expect(warnings[0]).toMatchObject({ details: { status, text: page } });
    },
  );

  test.each([
    [429, 'RATE_LIMITED'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
    [504, 'UPSTREAM_TIMEOUT'],
    [520, 'UPSTREAM_UNAVAILABLE'],
    [530, 'UPSTREAM_UNAVAILABLE'],
  ])('with status %i is %s', async (status, code) => {
    answerBy({ ' /': reply(status, HTML_TYPE, page) });
    expect(codes(await ask(gateway.url, LIST))).toEqual([code]);
  });

  test.each([520, 521, 522, 523, 524, 525, 526, 527, 530])(
    'of Cloudflare’s with status %i has a read sent again',
    async (status) => {
      answerBy({
        ' /': (_request, response) =>
          upstream.requests.length < 3
            ? response.writeHead(status, HTML_TYPE).end(page)
            : response.writeHead(200, JSON_TYPE).end('[]'),
      });
      expect((await ask(gateway.url, LIST)).data).toEqual({ list: { nodes: [] } });
      expect(calls()).toHaveLength(3);
    },
  );

  test('of the token endpoint is reported as such in service mode, and refuses no credentials', async () => {
    await start('v1', {
      SAIL_ANONYMOUS: undefined,
      SAIL_CREDENTIALS: 'service',
      SAIL_CLIENT_ID: 'id',
      SAIL_CLIENT_SECRET: 'the secret of the client',
      ALLOW_UNAUTHENTICATED: 'on',
    });
    const health = async (): Promise<unknown> => {
      const response = await fetch(`${gateway.url}/health/ready`);
      return [response.status, await response.json()];
    };
    answerBy({ '/oauth/token': reply(403, HTML_TYPE, page) });
    for (const query of [LOOKUP, LIST, UPDATE]) {
      const { errors } = await ask(gateway.url, query);
      expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
      expect(errors[0]?.message).toMatch(/not SailPoint’s/);
    }
    answerBy({ '/oauth/token': reply(302, { location: 'https://login.example.com/?code=s3cr3t' }) });
    expect(codes(await ask(gateway.url, LIST))).toEqual(['UPSTREAM_BAD_RESPONSE']);
    answerBy({
      '/oauth/token': (_request, response) =>
        response.writeHead(403, HTML_TYPE).end(upstream.requests.at(-1)?.body),
    });
    expect(codes(await ask(gateway.url, LIST))).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(upstream.requests.at(-1)?.body).toMatch(/the.secret/);
    expect(JSON.stringify(warnings)).not.toMatch(/s3cr3t|the.secret/);
    expect(await health()).toEqual([200, { status: 'ready', upstream: 'closed' }]);

    const words = '{"error":"invalid_client","error_description":"the token has expired"}';
    answerBy({ '/oauth/token': reply(401, JSON_TYPE, words) });
    const refused = await ask(gateway.url, LIST);
    expect(codes(refused)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(JSON.stringify(refused.errors)).not.toContain('expired');
    expect(await health()).toEqual([200, { status: 'ready', upstream: 'closed', credentials: 'refused' }]);
    expect(warnings.at(-1)?.details).toEqual({ status: 401, text: 'invalid_client: the token has expired' });
    expect(JSON.stringify(warnings)).not.toContain('the secret');

    answerBy({
      '/oauth/token': reply(200, JSON_TYPE, '{"access_token":"t"}'),
      ' /': reply(200, JSON_TYPE, '[]'),
    });
    expect(codes(await ask(gateway.url, LIST))).toEqual([]);
    expect(await health()).toEqual([200, { status: 'ready', upstream: 'closed' }]);
  });
});

describe('no task', () => {
  test('is a 404 of the API, with a body or without', async () => {
    for (const answer of [
      reply(404),
      reply(404, {}),
      reply(404, JSON_TYPE, '{"detailCode":"404 Not found"}'),
    ]) {
      answerBy({ ' /': answer });
      expect((await ask(gateway.url, LOOKUP)).data).toEqual({ task: null });
    }
  });

  test('is not an empty answer', async () => {
    for (const version of ['beta', 'v1']) {
      await start(version);
      for (const answer of [reply(200), reply(200, {}), reply(204, {}), reply(202, {})]) {
        answerBy({ ' /': answer });
        expect(codes(await ask(gateway.url, LOOKUP))).toEqual(['UPSTREAM_BAD_RESPONSE']);
        expect(codes(await ask(gateway.url, TWO))).toEqual(Array(2).fill('UPSTREAM_BAD_RESPONSE'));
      }
    }
  });

  test('is an id that a list lacks, where the list holds all tasks', async () => {
    answerBy({ ' /': reply(200, JSON_TYPE, '[{"id":"a"}]') });
    expect((await ask(gateway.url, TWO)).data).toEqual({ a: { id: 'a' }, b: null });
    expect(calls()).toHaveLength(1);
  });

  test('has words of its own where it is the list that is not there', async () => {
    answerBy({ ' /': reply(404) });
    const { errors } = await ask(gateway.url, LIST);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/no such list/),
      extensions: { code: 'NOT_FOUND' },
    });
  });
});

describe('a count of pending tasks', () => {
  test.each<[string, Script]>([
    ['405', reply(405)],
    ['501', reply(501)],
    ['a page', reply(200, HTML_TYPE)],
    ['a page with 403', reply(403, HTML_TYPE)],
  ])('whose HEAD is answered by %s is asked by GET', async (_, head) => {
    await start('beta');
    answerBy({ HEAD: head, GET: reply(200, { ...JSON_TYPE, 'x-total-count': '7' }, '[{"id":"a"}]') });
    expect((await ask(gateway.url, TOTAL)).data).toEqual({ pendingTasks: { totalCount: 7 } });
    expect(calls()).toEqual([
      'HEAD /beta/task-status/pending-tasks?count=true',
      'GET /beta/task-status/pending-tasks?limit=1&count=true',
    ]);
  });

  test('whose HEAD the API refuses for another reason fails by it', async () => {
    await start('beta');
    answerBy({ HEAD: reply(403) });
    expect(codes(await ask(gateway.url, TOTAL))).toEqual(['FORBIDDEN']);
    expect(calls()).toHaveLength(1);
  });
});

describe('RATE_LIMITED', () => {
  test.each([
    ['the upstream’s seconds', { ...JSON_TYPE, 'retry-after': '7.2' }, 'off', 8],
    ['those of the gateway’s own count, where the upstream says nothing', JSON_TYPE, '100/10s', 1],
    ['10, where nobody knows', JSON_TYPE, 'off', 10],
  ])('tells %s', async (_, headers, limit, seconds) => {
    await start('v1', { SAIL_RATE_LIMIT: limit, OPERATION_DEADLINE: '900ms' });
    for (const query of [LOOKUP, LIST, UPDATE]) {
      answerBy({ ' /': reply(429, headers, '{}') });
      const answer = await ask(gateway.url, query);
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'RATE_LIMITED',
        upstream: { retryAfterSeconds: seconds },
      });
      expect(answer.headers.get('retry-after')).toBe(String(seconds));
    }
  });
});

describe('an answer that is too large', () => {
  const large = `["${'x'.repeat(9 * 1024 * 1024)}"]`;
  const rows = (url = ''): string[] =>
    [...(new URL(url, 'http://x').searchParams.get('filters') ?? '').matchAll(/"(\w+)"/g)].map(
      ([, id = '']) => id,
    );

  test('of joined lookups has them asked in smaller parts', async () => {
    answerBy({
      'filters=': ({ url }, response) => {
        const ids = rows(url);
        response
          .writeHead(200, JSON_TYPE)
          .end(ids.length > 2 ? large : JSON.stringify(ids.map((id) => ({ id }))));
      },
    });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const { data } = await ask(
      gateway.url,
      `{ ${ids.map((id) => `${id}: taskStatus(id: "${id}") { id }`).join(' ')} }`,
    );
    expect(data).toEqual(Object.fromEntries(ids.map((id) => [id, { id }])));
    expect(calls()).toHaveLength(7);
  });

  test('of a page says to ask for fewer rows', async () => {
    answerBy({ ' /': reply(200, JSON_TYPE, large) });
    const { errors } = await ask(gateway.url, LIST);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/too large\. Ask for fewer rows/),
      extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
    });
    expect(errors).toHaveLength(1);
  });
});

describe('an update', () => {
  const cut =
    (headers: Record<string, string>): Script =>
    (_request, response) => {
      response.writeHead(200, { ...headers, 'content-length': '100' }).write('{"id"');
      response.socket?.destroySoon();
    };

  test.each<[string, Script, unknown]>([
    ['a task', reply(200, JSON_TYPE, '{"id":"a"}'), { id: 'a' }],
    ['an empty 200', reply(200), null],
    ['an empty 200 without a type', reply(200, {}), null],
    ['a 204', reply(204, {}), null],
    ['a 202 that is no task', reply(202, JSON_TYPE, '"accepted"'), null],
    ['an array', reply(200, JSON_TYPE, '[]'), null],
    ['a task without an id', reply(200, JSON_TYPE, '{}'), null],
    ['broken JSON', reply(200, JSON_TYPE, '{"id"'), null],
    ['JSON that is cut off', cut(JSON_TYPE), null],
    [
      'JSON that never ends',
      (_request, response) => {
        response.writeHead(200, JSON_TYPE).write('{');
      },
      null,
    ],
    [
      'JSON that is not packed as it says',
      reply(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'no gzip'),
      null,
    ],
    ['JSON that is too large', reply(200, JSON_TYPE, `"${'x'.repeat(9 * 1024 * 1024)}"`), null],
  ])('that is answered by %s is applied', async (_, answer, taskStatus) => {
    await start('v1', { OPERATION_DEADLINE: '600ms' });
    answerBy({ PATCH: answer });
    const { data, errors } = await ask(gateway.url, UPDATE);
    expect([data, errors]).toEqual([{ done: { taskStatus } }, []]);
    expect(calls()).toHaveLength(1);
  });

  test.each<[string, Script, string, boolean]>([
    ['a sign-in page', reply(200, HTML_TYPE, page), 'UPSTREAM_BAD_RESPONSE', true],
    ['a page without a type', reply(200, {}, page), 'UPSTREAM_BAD_RESPONSE', true],
    ['an empty page', reply(204, HTML_TYPE), 'UPSTREAM_BAD_RESPONSE', true],
    ['a body without a type that is cut off', cut({}), 'UPSTREAM_BAD_RESPONSE', true],
    ['a redirect', reply(302, { location: '/elsewhere' }), 'UPSTREAM_BAD_RESPONSE', true],
    ['a 404 page', reply(404, HTML_TYPE, page), 'UPSTREAM_BAD_RESPONSE', true],
    [
      'an edge’s 403',
      reply(403, { 'content-type': 'text/plain' }, 'error code: 1010'),
      'UPSTREAM_BAD_RESPONSE',
      true,
    ],
    ['a 500', reply(500, JSON_TYPE, '{}'), 'UPSTREAM_UNAVAILABLE', true],
    ['a 502 page', reply(502, HTML_TYPE, page), 'UPSTREAM_UNAVAILABLE', true],
    ['a 504', reply(504), 'UPSTREAM_TIMEOUT', true],
    ['a dropped connection', (_request, response) => response.destroy(), 'UPSTREAM_UNAVAILABLE', true],
    ['nothing', () => undefined, 'UPSTREAM_TIMEOUT', true],
    ['a 400', reply(400, JSON_TYPE, '{}'), 'BAD_USER_INPUT', false],
    ['a 401', reply(401), 'UNAUTHENTICATED', false],
    ['an empty 403', reply(403, {}), 'FORBIDDEN', false],
    ['a 404', reply(404), 'NOT_FOUND', false],
    ['a 409', reply(409, JSON_TYPE, '{}'), 'UPSTREAM_BAD_RESPONSE', false],
    ['a 429', reply(429, JSON_TYPE, '{}'), 'RATE_LIMITED', false],
    ['a 429 page', reply(429, HTML_TYPE, page), 'RATE_LIMITED', false],
  ])('that is answered by %s is an error that tells what is known', async (_, answer, code, mayBeApplied) => {
    await start('v1', { OPERATION_DEADLINE: '600ms' });
    answerBy({ PATCH: answer });
    const { data, errors } = await ask(gateway.url, UPDATE);
    expect(data).toEqual({ done: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code, mayBeApplied });
    expect(/may be applied/.test(errors[0]?.message ?? '')).toBe(mayBeApplied);
    expect(calls()).toHaveLength(1);
  });

  test('that can’t be sent was not applied', async () => {
    const { url } = upstream;
    await upstream.stop();
    const { errors } = await ask(gateway.url, UPDATE);
    expect(errors[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false });
    expect(errors[0]?.message).not.toMatch(/ECONN|may be applied/);
    const reasons = warnings.filter(({ details }) => 'code' in details);
    expect(reasons).toEqual([
      { details: { code: 'ECONNREFUSED', host: new URL(url).host }, message: expect.any(String) },
    ]);
    upstream = await startScriptedUpstream();
  });

  test.each([
    ['id', 'mutation { updateTaskStatus(input: { id: "", patch: [] }) { taskStatus { id } } }'],
    [
      'variable',
      'mutation ($id: ID = "a") { updateTaskStatus(input: { id: $id, patch: [] }) { taskStatus { id } } }',
    ],
  ])('that is refused for its %s was not applied', async (_, query) => {
    const { errors } = await ask(gateway.url, query, { id: null });
    expect(errors[0]?.extensions).toMatchObject({ mayBeApplied: false });
    expect(calls()).toEqual([]);
  });

  test('of a client without a token was not applied', async () => {
    await start('v1', { SAIL_ANONYMOUS: 'off' });
    const { errors } = await ask(gateway.url, UPDATE);
    expect(errors[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', mayBeApplied: false });
  });

  test('that waits for a place in vain was not applied', async () => {
    await start('v1', { SAIL_RATE_LIMIT: '1/60s', OPERATION_DEADLINE: '600ms' });
    answerBy({ PATCH: reply(200, JSON_TYPE, '{"id":"a"}') });
    expect(codes(await ask(gateway.url, UPDATE))).toEqual([]);
    const { errors } = await ask(gateway.url, UPDATE);
    expect(errors[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      mayBeApplied: false,
      upstream: { retryAfterSeconds: expect.any(Number) },
    });
    expect(calls()).toHaveLength(1);
  });
});

test('the reason of failed connections is logged once a minute, without a path or a token', async () => {
  answerBy({ ' /': (_request, response) => response.destroy() });
  for (let turn = 0; turn < 3; turn++) await ask(gateway.url, LIST, {}, { authorization: 'Bearer s3cr3t' });
  const reasons = warnings.filter(({ details }) => 'host' in details);
  expect(reasons).toHaveLength(1);
  expect(JSON.stringify(warnings)).not.toMatch(/s3cr3t|task-status/);
});

test('a HEAD that is refused with 501, again and again, opens no circuit', async () => {
  await start('beta');
  answerBy({ HEAD: reply(501), GET: reply(200, { ...JSON_TYPE, 'x-total-count': '7' }, '[]') });
  for (let turn = 0; turn < 15; turn++)
    expect((await ask(gateway.url, TOTAL)).data).toEqual({ pendingTasks: { totalCount: 7 } });
});

test('idle connections are closed when the gateway stops', async () => {
  answerBy({ ' /': reply(200, JSON_TYPE, '[]') });
  const closed = new Promise((resolve) => {
    upstream.answer = (request, response) => {
      request.socket.once('close', resolve);
      response.writeHead(200, JSON_TYPE).end('[]');
    };
  });
  await ask(gateway.url, LIST);
  await gateway.stop();
  await closed;
  gateway = await startGatewayOn(upstream.url, 'v1', Date.now, {}, log);
});
