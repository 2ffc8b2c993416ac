import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { address, killAll, run, type Run } from '../support/process.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

afterEach(killAll);

const lines = (gateway: Run): Record<string, unknown>[] =>
  gateway
    .err()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function stopped(gateway: Run): Promise<void> {
  gateway.child.kill('SIGTERM');
  expect(await gateway.exit).toBe(0);
}

/** The operation, duration and upstream calls in a line. */
interface LogLine {
  readonly operation?: string;
  readonly ms: number;
  readonly upstream?: { readonly calls: number; readonly ms: number };
}

const DELAY_MS = 200;

describe('the log of requests', () => {
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await startScriptedUpstream();
  });
  afterEach(() => upstream.stop());

  const answered = (gateway: Run): Record<string, unknown>[] =>
    lines(gateway).filter(({ msg }) => msg === 'answered');

  test('has a line for each on the level debug, with the id that the answer has', async () => {
    const gateway = run({ PORT: '0', LOG_LEVEL: 'debug' });
    const url = await address(gateway);
    const named = await ask(url, 'query Tasks { taskStatuses(limit: 2) { nodes { id state } } }');
    await ask(url, '{ __typename }', {}, { 'x-request-id': 'from-a-proxy.1' });
    const odd = await ask(url, '{ __typename }', {}, { 'x-request-id': 'a b "c"' });
    await fetch(`${url}/nowhere?secret=1`);
    await stopped(gateway);
    const entry = { level: 'debug', method: 'POST', route: '/graphql', status: 200, ms: expect.any(Number) };
    expect(answered(gateway)).toMatchObject([
      { ...entry, request: named.headers.get('x-request-id'), operation: 'Tasks' },
      { ...entry, request: 'from-a-proxy.1' },
      { ...entry, request: odd.headers.get('x-request-id') },
      { level: 'info', method: 'GET', status: 404, codes: ['NOT_FOUND'] },
    ]);
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w-]{16}-[0-9a-z]+$/);
    expect(named.headers.get('x-request-id')).not.toBe(odd.headers.get('x-request-id'));
    expect(gateway.err()).not.toMatch(/secret|a b/);
  });

  test('has those that went wrong on the level info, by their codes, and no others', async () => {
    const gateway = run({ PORT: '0', SAIL_ANONYMOUS: 'off' });
    const url = await address(gateway);
    await ask(url, '{ __typename }');
    await ask(url, 'query Wrong { nothing }');
    await ask(url, '{ a: taskStatus(id: "x") { id } b: taskStatuses { totalCount } }');
    await stopped(gateway);
    expect(answered(gateway).map(({ level, operation, codes }) => [level, operation, codes])).toEqual([
      ['info', 'Wrong', ['GRAPHQL_VALIDATION_FAILED']],
      ['info', undefined, ['UNAUTHENTICATED']],
    ]);
  });

  test('has the codes of many operations at once', async () => {
    const gateway = run({ PORT: '0', BATCH_LIMIT: '3' });
    const url = await address(gateway);
    const queries = ['{ errors: __typename }', '{ nothing }', '{ taskStatus(id: "") { id } }'];
    for (const batch of [queries, queries.slice(0, 1)])
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(batch.map((query) => ({ query }))),
      });
    await stopped(gateway);
    expect(answered(gateway)).toMatchObject([
      { level: 'info', codes: ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'] },
    ]);
  });

  test('tells the calls that each took, shared and repeated ones too, and their milliseconds', async () => {
    let failures = 1;
    upstream.answer = (_request, response) => {
      setTimeout(() => response.writeHead(failures-- > 0 ? 503 : 200).end('[]'), DELAY_MS);
    };
    const gateway = run({
      PORT: '0',
      LOG_LEVEL: 'debug',
      SAIL_BASE_URL: upstream.url,
      SAIL_ANONYMOUS: 'on',
      SAIL_RATE_LIMIT: 'off',
    });
    const url = await address(gateway);
    const list = '{ taskStatuses(limit: 2) { nodes { id } } }';
    await ask(url, `query Retried ${list}`);
    await Promise.all([1, 2].map(() => ask(url, `query Retried ${list}`)));
    await ask(url, `query Two { a: taskStatuses(limit: 3) { nodes { id } } pendingTasks { nodes { id } } }`);
    await ask(url, 'query None { __typename }');
    await stopped(gateway);
    const told = answered(gateway).map((line) => line as unknown as LogLine);
    expect(told.map(({ operation, upstream: taken }) => [operation, taken?.calls])).toEqual([
      ['Retried', 2],
      ['Retried', 1],
      ['Retried', 1],
      ['Two', 2],
      ['None', undefined],
    ]);
    for (const { upstream: taken } of told.slice(0, 4)) {
      const each = (taken?.ms ?? 0) / (taken?.calls ?? 0);
      expect(each).toBeGreaterThan(DELAY_MS - 5);
      expect(each).toBeLessThan(DELAY_MS + 2_000);
    }
    expect(upstream.requests).toHaveLength(5);
  });

  test('has for a client that left the call’s time until then, and for one that stayed all of it', async () => {
    const asked = new Promise<ServerResponse>((resolve) => {
      upstream.answer = (_request, response) => {
        resolve(response);
      };
    });
    const gateway = run({
      PORT: '0',
      LOG_LEVEL: 'debug',
      SAIL_BASE_URL: upstream.url,
      SAIL_ANONYMOUS: 'on',
    });
    const url = await address(gateway);
    const query = '{ taskStatuses(limit: 2) { nodes { id } } }';
    const leaving = new AbortController();
    const leaver = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    }).catch(() => 'gone');
    const answer = await asked;
    const stayer = ask(url, query);
    await delay(DELAY_MS);
    leaving.abort();
    expect(await leaver).toBe('gone');
    await delay(2_000);
    answer.end('[]');
    expect((await stayer).data).toEqual({ taskStatuses: { nodes: [] } });
    await stopped(gateway);
    const isAnswer = ({ msg }: Record<string, unknown>): boolean => /answer/.test(String(msg));
    const [left, stayed] = lines(gateway).filter(isAnswer) as unknown as LogLine[];
    expect(left).toMatchObject({ level: 'debug', msg: 'left before the answer' });
    expect(left).not.toHaveProperty('status');
    expect([left?.upstream?.calls, stayed?.upstream?.calls]).toEqual([1, 1]);
    expect(left?.upstream?.ms).toBeGreaterThan(DELAY_MS - 5);
    expect(left?.ms).toBeGreaterThan(DELAY_MS - 5);
    // Slow enough to be logged at `info`.
    expect(stayed).toMatchObject({ level: 'info', status: 200 });
    expect(stayed?.ms).toBeGreaterThan(2_000);
    expect(stayed?.upstream?.ms).toBeGreaterThan(2_000 + DELAY_MS - 50);
    expect(upstream.requests).toHaveLength(1);
  });

  test('holds nothing that a client may write at length', async () => {
    const gateway = run({ PORT: '0', LOG_LEVEL: 'debug' });
    const url = await address(gateway);
    const long = 'x'.repeat(50_000);
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `query ${long} { nothing }`,
        operationName: `${long}\n{"level":"fatal"}`,
      }),
    });
    await stopped(gateway);
    expect(gateway.err().length).toBeLessThan(3_000);
    expect(lines(gateway).map(({ level }) => level)).not.toContain('fatal');
  });
});

describe('no secret is in any log, error or command line', () => {
  const secrets = {
    token: 'token-of-a-user-0123456789',
    issued: 'token-that-was-issued-0123456789',
    clientSecret: 'secret-of-the-client-0123456789',
    apiKey: 'key-of-a-frontend-0123456789',
    routerKey: 'key-of-a-router-0123456789',
    cookie: 'cookie-of-a-browser-0123456789',
    password: 'password-in-an-url-0123456789',
    variable: 'value-of-a-variable-0123456789',
  };
  let upstream: ScriptedUpstream;
  beforeAll(async () => {
    upstream = await startScriptedUpstream();
  });
  afterAll(() => upstream.stop());

  const operations = readdirSync('schema/operations').map((file) =>
    readFileSync(`schema/operations/${file}`, 'utf8'),
  );
  const wrong = [
    '{',
    '{ nothing }',
    `{ taskStatus(id: "") { id } }`,
    `query ($x: Int!) { taskStatuses(first: $x) { totalCount } }`,
    '{ taskStatuses(first: 1, limit: 1) { totalCount } }',
    `{ ${'__typename '.repeat(200)} }`,
    'mutation { updateTaskStatus(input: {id: "x", patch: []}) { taskStatus { id } } }',
    'mutation { updateTaskStatus(input: {id: "x", patch: [{op: REMOVE, path: "/completed"}]}) { taskStatus { id } } }',
  ];
  const answers: readonly (readonly [number, string])[] = [
    [200, '[]'],
    [200, '[{"id": "a"}, {}, {"id": null}]'],
    [200, '{"id": "a"}'],
    [200, '<html>'],
    [204, ''],
    [302, ''],
    [400, '{"detailCode": "400.1"}'],
    [401, '{"error": "JWT is expired"}'],
    [403, ''],
    [404, ''],
    [429, '{}'],
    [500, '{}'],
    [503, 'down'],
  ];

  async function everythingOf(
    environment: Record<string, string>,
    headers: Record<string, string>,
  ): Promise<string> {
    const gateway = run({
      PORT: '0',
      LOG_LEVEL: 'trace',
      SAIL_BASE_URL: upstream.url,
      ROUTER_KEY: secrets.routerKey,
      ...environment,
    });
    const url = await address(gateway);
    let index = 0;
    upstream.answer = (request, response) => {
      if (request.url === '/oauth/token') {
        response.end(JSON.stringify({ access_token: secrets.issued, expires_in: 300 }));
        return;
      }
      const [status, body] = answers[index++ % answers.length] ?? [200, '[]'];
      if (index % 20 === 0) request.socket.destroy();
      else response.writeHead(status, { 'retry-after': '1' }).end(body);
    };
    const told: unknown[] = [];
    const all = { cookie: `session=${secrets.cookie}`, 'x-router-key': secrets.routerKey, ...headers };
    const variables = { id: secrets.variable, x: secrets.variable, first: 1 };
    for (const round of [1, 2, 3, 4])
      for (const query of [...operations, ...wrong])
        told.push(await ask(url, query, round % 2 === 0 ? variables : {}, all));
    for (const value of Object.values(secrets))
      for (const credential of [
        { authorization: value },
        { authorization: `Basic ${value}` },
        { authorization: `Bearer ${value}` },
        { 'x-api-key': `${value}.` },
      ])
        told.push(await ask(url, '{ taskStatuses { totalCount } }', {}, credential));
    const search = `?token=${secrets.password}&query={nothing}`;
    for (const path of [`/graphql${search}`, `/nowhere${search}`, `/%zz${search}`])
      await fetch(url + path, { headers: { ...all, 'apollo-require-preflight': '1' } });
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...all, 'content-type': 'text/x' },
      body: secrets.token,
    });
    const commandLine = `/proc/${gateway.child.pid ?? ''}/cmdline`;
    const shown = existsSync(commandLine) ? readFileSync(commandLine, 'utf8') : '';
    await stopped(gateway);
    expect(lines(gateway).length).toBeGreaterThan(30);
    expect(lines(gateway).filter(({ level }) => level === 'error')).toEqual([]);
    // An error may repeat a client's variables to it, but a log may not.
    const errors = JSON.stringify(told).replaceAll(secrets.variable, '');
    return [gateway.out(), gateway.err(), shown, errors].join('\n');
  }

  const found = (text: string): string[] => Object.values(secrets).filter((secret) => text.includes(secret));

  test('of a gateway that passes tokens on', async () => {
    const written = await everythingOf({}, { authorization: `Bearer ${secrets.token}` });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toContain(
      `Bearer ${secrets.token}`,
    );
    expect(found(written)).toEqual([]);
  });

  test('of a gateway that asks as itself', async () => {
    const written = await everythingOf(
      {
        SAIL_CREDENTIALS: 'service',
        SAIL_CLIENT_ID: 'a-client',
        SAIL_CLIENT_SECRET: secrets.clientSecret,
        API_KEYS: secrets.apiKey,
      },
      { 'x-api-key': secrets.apiKey },
    );
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toContain(
      `Bearer ${secrets.issued}`,
    );
    expect(found(written)).toEqual([]);
  });

  test('of settings that are refused', async () => {
    const gateway = run({
      SAIL_BASE_URL: `https://user:${secrets.password}@tenant.example`,
      SAIL_CREDENTIALS: 'service',
      SAIL_CLIENT_SECRET: secrets.clientSecret,
      API_KEYS: `${secrets.apiKey} ${secrets.apiKey}`,
      ROUTER_KEY: `${secrets.routerKey} `.repeat(2),
    });
    expect(await gateway.exit).toBe(1);
    expect(gateway.err()).toMatch(/^API_KEYS must be/m);
    expect(found(gateway.out() + gateway.err())).toEqual([]);
  });
});
