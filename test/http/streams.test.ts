import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Log } from '../../src/telemetry/logger.js';
import {
  Live,
  MULTIPART,
  openStream,
  SSE,
  within,
  withLive,
  type EventStream,
  type LiveEvent,
} from '../support/event-stream.js';
import { ask } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';

const GONE = 'subscription Gone { taskStatusChanged(ids: ["x"]) { gone } }';
const ALL = 'subscription All { taskStatusChanged { changed { id state } gone stale } }';
const QUERY = '{ taskStatus(id: "x") { id } }';
const MUTATION = 'mutation { updateTaskStatus(input: {id: "x", patch: []}) { taskStatus { id } } }';
const PREFLIGHT = { 'apollo-require-preflight': '1' };

const codes = (event: LiveEvent | undefined): unknown[] =>
  (event?.errors ?? []).map(({ extensions }) => extensions['code']);

/** The first error of an answer that is JSON. */
const refusal = async (stream: EventStream): Promise<Record<string, unknown>> => {
  expect(stream.headers['content-type']).toMatch(/^application\/json/);
  const { errors = [], data } = await stream.json();
  expect(data).toBeUndefined();
  return { status: stream.status, message: errors[0]?.message, ...errors[0]?.extensions };
};

interface Line {
  readonly level: string;
  readonly message: string;
  readonly entry: Record<string, unknown>;
}

/** A log that keeps its lines on requests. */
function requestLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = [];
  const keep =
    (level: string) =>
    (entry: Record<string, unknown>, message: string): void => {
      if (entry['route'] !== undefined) lines.push({ level, message, entry });
    };
  const log = {
    ...silentLog,
    isLevelEnabled: () => true,
    info: keep('info'),
    debug: keep('debug'),
  } as unknown as Log;
  return { log, lines };
}

const live = new Live();
beforeAll(() => live.start());
afterAll(() => live.stop());
beforeEach(() => {
  live.sandbox.reset();
});
afterEach(async () => {
  live.leave();
  live.sandbox.configure({ errorRate: 0, faultOperations: [] });
  await live.pass(20_000);
});

const send = (
  query: string,
  accept: string | null = SSE,
  headers: Record<string, string> = {},
): Promise<EventStream> => live.open({}, { accept, headers }, { query });
const get = (query: string, accept: string, headers: Record<string, string> = {}): Promise<EventStream> =>
  live.open({}, { accept, headers, method: 'GET' }, { query });

const sseOf = (results: string): string => `:\n\nevent: next\ndata: ${results}\n\nevent: complete\ndata:\n\n`;
const partsOf = (json: string): string =>
  `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql--\r\n`;

describe('Accept', () => {
  test.each([
    ['alone', 'text/event-stream'],
    ['in other letters, with a parameter', 'Text/Event-Stream; charset=utf-8'],
    ['after JSON', 'application/json, text/event-stream'],
    ['with the least weight', 'text/event-stream;q=0.1, */*'],
    ['before multipart', `text/event-stream, ${MULTIPART}`],
    ['with more weight than multipart', `${MULTIPART};q=0.5, text/event-stream`],
    [
      'as urql sends it',
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    ],
  ])('with text/event-stream %s gets a subscription as server-sent events', async (_, accept) => {
    const stream = await send(GONE, accept);
    await stream.closed();
    expect([stream.status, stream.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(stream.text).toBe(sseOf('{"data":{"taskStatusChanged":{"gone":["x"]}}}'));
  });

  test.each([
    ['alone', 'multipart/mixed;subscriptionSpec=1.0'],
    ['in quotes', 'multipart/mixed; subscriptionSpec="1.0"'],
    ['with a boundary', 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'],
    ['before JSON', 'multipart/mixed;subscriptionSpec=1.0,application/json'],
    ['with more weight than events', `${SSE};q=0.5, ${MULTIPART}`],
    [
      'as Apollo Client sends it',
      'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json;q=0.9',
    ],
  ])('with multipart/mixed;subscriptionSpec=1.0 %s gets a subscription in parts', async (_, accept) => {
    const stream = await send(GONE, accept);
    await stream.closed();
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    expect(stream.text).toBe(partsOf('{"payload":{"data":{"taskStatusChanged":{"gone":["x"]}}}}'));
  });

  describe.each(['POST', 'GET'] as const)('by %s', (method) => {
    test.each([
      null,
      '*/*',
      'application/json',
      'application/graphql-response+json',
      'multipart/mixed',
      'multipart/mixed;subscriptionSpec=2.0',
      'multipart/mixed;deferSpec=20220824, */*',
      'text/event-stream;q=0',
      'text/event-streams',
    ])('of %s is 406 for a subscription, with what to send', async (accept) => {
      const stream = await live.open({}, { accept, method, headers: PREFLIGHT }, { query: GONE });
      const { errors = [], data } = await stream.json();
      expect([stream.status, data, errors.length]).toEqual([406, undefined, 1]);
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_REQUEST' });
      expect(errors[0]?.message).toContain('"Accept: text/event-stream"');
      expect(errors[0]?.message).toContain('"Accept: multipart/mixed;subscriptionSpec=1.0"');
      expect(stream.headers['content-type']).toMatch(/^application\/(?:graphql-response\+)?json/);
      // It was not executed.
      await live.pass(2_000);
      expect(live.calls()).toEqual([]);
    });
  });

  test.each([SSE, MULTIPART])('%s gets a query and an update as one event', async (accept) => {
    const end = accept === SSE ? sseOf : (json: string) => partsOf(`{"payload":${json}}`);
    const query = await send(QUERY, accept);
    await query.closed();
    expect([query.status, query.text]).toEqual([200, end('{"data":{"taskStatus":null}}')]);
    const update = await send(MUTATION, accept);
    expect((await update.rest()).map(codes)).toEqual([['BAD_USER_INPUT']]);
    expect(live.calls()).toEqual(['getTaskStatus']);
  });

  test.each([`${MULTIPART}, application/json`, `${SSE}, application/json;q=0.5`])(
    '%s gets a query as JSON',
    async (accept) => {
      for (const times of [1, 2]) {
        const stream = await send(QUERY, accept);
        expect(stream.headers['content-type']).toMatch(/^application\/json/);
        expect([times, stream.status, await stream.json()]).toEqual([
          times,
          200,
          { data: { taskStatus: null } },
        ]);
      }
    },
  );

  test.each([SSE, MULTIPART])('of %s alone never gets a 200 for a query that isn’t valid', async (accept) => {
    const stream = await send('{ nothing }', accept);
    expect(await refusal(stream)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  test('of JSON and a stream leaves the status of a query that isn’t valid as it is', async () => {
    const plain = await send('{ nothing }', 'application/json');
    const both = await send('{ nothing }', 'application/json, text/event-stream');
    expect([plain.status, both.status]).toEqual([200, 200]);
    expect(await both.json()).toEqual(await plain.json());
  });
});

describe('a stream', () => {
  test.each([SSE, MULTIPART])('as %s is neither stored nor held back, nor compressed', async (accept) => {
    for (let index = 0; index < 50; index++) live.sandbox.insert({});
    const stream = await send(ALL, accept, { 'accept-encoding': 'gzip, br' });
    const { headers } = stream;
    expect(headers).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('content-length');
    expect((await stream.next())?.data.taskStatusChanged.changed).toHaveLength(50);
  });

  test.each([SSE, MULTIPART])(
    'as %s is served by GET to clients that prove to be no form',
    async (accept) => {
      const stream = await get(GONE, accept, PREFLIGHT);
      expect(await stream.rest()).toEqual([{ data: { taskStatusChanged: { gone: ['x'] } } }]);
      live.calls();
      const forged = await get(GONE, accept);
      const { status, code, message } = await refusal(forged);
      expect([status, code]).toEqual([400, 'BAD_REQUEST']);
      expect(message).toContain('CSRF');
      expect(live.calls()).toEqual([]);
    },
  );

  test.each([SSE, MULTIPART])('as %s by GET takes variables', async (accept) => {
    const query = 'subscription ($ids: [ID!]) { taskStatusChanged(ids: $ids) { gone } }';
    const options = { accept, method: 'GET', headers: PREFLIGHT } as const;
    const stream = await live.open({ ids: ['y'] }, options, { query });
    expect(await stream.rest()).toEqual([{ data: { taskStatusChanged: { gone: ['y'] } } }]);
  });

  test.each([SSE, MULTIPART, 'application/json'])('as %s by GET is no way to update', async (accept) => {
    const stream = await get(MUTATION, accept, PREFLIGHT);
    expect([stream.status, stream.headers.allow]).toEqual([405, 'POST']);
    expect(codes(await stream.json())).toEqual(['BAD_REQUEST']);
    expect(live.calls()).toEqual([]);
  });

  test('is the operation that is named, among queries and updates', async () => {
    const query = `${GONE} query One ${QUERY} ${MUTATION.replace('mutation', 'mutation Update')}`;
    for (const [operationName, data] of [
      ['Gone', { taskStatusChanged: { gone: ['x'] } }],
      ['One', { taskStatus: null }],
    ] as const)
      for (const method of ['GET', 'POST'] as const) {
        const options = { method, headers: PREFLIGHT };
        const stream = await live.open({}, options, { query, operationName });
        expect([operationName, method, await stream.rest()]).toEqual([operationName, method, [{ data }]]);
      }
    const update = await live.open(
      {},
      { method: 'GET', headers: PREFLIGHT },
      { query, operationName: 'Update' },
    );
    expect(update.status).toBe(405);
    const unnamed = await live.open({}, {}, { query });
    expect([unnamed.status, codes(await unnamed.json()).length]).toEqual([400, 1]);
  });

  test('may be read by pages of CORS_ORIGINS', async () => {
    const origin = 'https://app.example.com';
    await withLive({ environment: { CORS_ORIGINS: origin } }, async (own) => {
      const { headers } = await own.open({}, { headers: { origin } });
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
    });
  });

  test('is kept alive each 10 s by a comment, or by an empty part', async () => {
    const comments = await send(ALL);
    const parts = await send(ALL, MULTIPART);
    await Promise.all([comments.next(), parts.next()]);
    const ALIVE = '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql';
    const seen = (): number[] => [
      comments.text.split('\n\n:\n\n').length - 1,
      parts.text.split(ALIVE).length - 1,
    ];
    await live.pass(8_500);
    expect(seen()).toEqual([0, 0]);
    await live.pass(1_500);
    await Promise.all([comments.received('\n\n:\n\n'), parts.received(ALIVE)]);
    await live.pass(10_000);
    expect([comments.text.endsWith('\n\n:\n\n:\n\n'), parts.text.endsWith(ALIVE + ALIVE)]).toEqual([
      true,
      true,
    ]);
    expect([comments.waiting, parts.waiting]).toEqual([0, 0]);
  });

  test('has equal frames for all viewers of one selection', async () => {
    live.sandbox.insert({ id: 'a' });
    const streams = await Promise.all([1, 2, 3].map(() => send(ALL)));
    await Promise.all(streams.map((stream) => stream.next()));
    live.sandbox.complete('a');
    await live.pass(2_000);
    await Promise.all(streams.map((stream) => stream.next()));
    expect(new Set(streams.map(({ text }) => text)).size).toBe(1);
  });
});

describe('subscriptions that wait for another one on their connection', () => {
  test('end with the connection', async () => {
    const { log, lines } = requestLog();
    await withLive({ log, environment: { STREAM_LIMIT: '3' } }, async (own) => {
      own.sandbox.insert({ id: 'a' });
      const body = JSON.stringify({ query: ALL });
      const socket = connect(Number(new URL(own.gateway.url).port), '127.0.0.1');
      const begun = new Promise((resolve) => socket.once('data', resolve));
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${SSE}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`.repeat(
          3,
        ),
      );
      await within(begun, 'the first stream');
      await own.quiet();
      expect((await refusal(await own.open()))['limit']).toBe('streams');
      lines.length = 0;
      socket.destroy();
      await within(
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (lines.length === 3) resolve();
            else setImmediate(look);
          };
          look();
        }),
        'the lines of three streams',
      );
      await own.pass(2_000);
      own.calls();
      await own.pass(30_000);
      expect(own.calls()).toEqual([]);
      expect((await own.open()).status).toBe(200);
    });
  });
});

describe('a viewer that doesn’t read', () => {
  const HUGE = `subscription Huge { taskStatusChanged { changed {
    id percentComplete a: description b: description c: description d: description } stale } }`;

  /** Opens a stream of huge events, and reads nothing of it. */
  function openUnread(origin: string): Socket {
    const body = JSON.stringify({ query: HUGE });
    const socket = connect(Number(new URL(origin).port), '127.0.0.1').pause();
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${SSE}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    return socket;
  }

  const insertHuge = (to: Live): ReturnType<Live['sandbox']['insert']>[] =>
    Array.from({ length: 20 }, (_, index) =>
      to.sandbox.insert({ id: `t${index}`, description: 'x'.repeat(200_000) }),
    );

  /** Reads until a text comes, or the connection closes. */
  async function readUntil(socket: Socket, end: string): Promise<string> {
    const chunks: Buffer[] = [];
    const done = new Promise<void>((resolve) => {
      socket.on('close', resolve);
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (Buffer.concat(chunks.slice(-2)).includes(end)) resolve();
      });
    });
    socket.resume();
    await within(done, 'the rest of a stream');
    return Buffer.concat(chunks).toString('latin1');
  }

  test('for 60 s is closed, and others are not held up', async () => {
    const { log, lines } = requestLog();
    await withLive({ log }, async (own) => {
      const [task] = insertHuge(own);
      const socket = openUnread(own.gateway.url);
      const other = await own.open(
        {},
        {},
        { query: 'subscription { taskStatusChanged { changed { percentComplete } } }' },
      );
      await other.next();
      await own.quiet();
      own.sandbox.insert({ ...task, percentComplete: 30, modified: new Date(own.clock.now()).toISOString() });
      await own.pass(2_000);
      expect((await other.next())?.data.taskStatusChanged.changed).toEqual([{ percentComplete: 30 }]);
      await own.pass(57_500);
      expect(lines).toEqual([]);
      await own.pass(1_000);
      expect(lines).toMatchObject([
        { message: 'the stream was left', entry: { operation: 'Huge', status: 200 } },
      ]);
      expect(await readUntil(socket, 'event: complete')).not.toContain('event: complete');
      // The first one was begun.
      expect(Number(lines[0]?.entry['events'])).toBeLessThanOrEqual(1);
    });
  });

  test('for a while gets the latest row of each task, and nothing in between', async () => {
    await withLive({}, async (own) => {
      const [task] = insertHuge(own);
      const socket = openUnread(own.gateway.url);
      await own.pass(1_000);
      for (const percentComplete of [10, 20, 30]) {
        own.sandbox.insert({ ...task, percentComplete, modified: new Date(own.clock.now()).toISOString() });
        await own.pass(2_000);
      }
      const text = await readUntil(socket, '"percentComplete":30,');
      socket.destroy();
      const percentages = [...text.matchAll(/"percentComplete":(\d+),/g)].map(([, percent]) =>
        Number(percent),
      );
      expect(percentages).toEqual([...Array<number>(20).fill(0), 30]);
    });
  });
});

describe('for a subscription', () => {
  test('a missing API key is 401 in JSON', async () => {
    await withLive({ environment: { API_KEYS: 'a-key-of-the-frontend' } }, async (own) => {
      const stream = await own.open();
      expect(await refusal(stream)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(own.calls()).toEqual([]);
      const served = await own.open({ ids: ['x'] }, { headers: { 'x-api-key': 'a-key-of-the-frontend' } });
      expect(await served.rest()).toHaveLength(1);
    });
  });

  test.each([SSE, MULTIPART, `${SSE}, application/json`])(
    'a missing token is 401 in JSON, with Accept: %s',
    async (accept) => {
      await withLive({ environment: { SAIL_ANONYMOUS: '' } }, async (own) => {
        const stream = await own.open({}, { accept });
        expect(await refusal(stream)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
        expect(own.calls()).toEqual([]);
      });
    },
  );

  test('what is refused is application/graphql-response+json where that is accepted', async () => {
    await withLive({ environment: { SAIL_ANONYMOUS: '' } }, async (own) => {
      for (const query of [ALL, 'subscription {', 'subscription { nothing }']) {
        const stream = await own.open({}, { accept: `application/graphql-response+json, ${SSE}` }, { query });
        expect(stream.headers['content-type']).toMatch(/^application\/graphql-response\+json/);
        expect([query, stream.status]).toEqual([query, query === ALL ? 401 : 400]);
      }
    });
  });

  test('a token that has expired is 401 without a call', async () => {
    const token = live.sandbox.token({ expiresInSeconds: -1 });
    const stream = await send(ALL, SSE, { authorization: `Bearer ${token}` });
    expect(await refusal(stream)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(live.calls()).toEqual([]);
  });

  test('a token that expires is the end, by UNAUTHENTICATED', async () => {
    // Not at the time of a poll, which would be refused too.
    const token = live.sandbox.token({ expiresInSeconds: 61 });
    const stream = await send(ALL, SSE, { authorization: `Bearer ${token}` });
    const other = await send(ALL);
    await stream.next();
    await live.pass(60_500);
    expect(stream.waiting).toBe(0);
    await live.pass(500);
    const [end, ...more] = await stream.rest();
    expect([codes(end), end?.errors?.[0]?.message, more]).toEqual([
      ['UNAUTHENTICATED'],
      expect.stringContaining('has expired'),
      [],
    ]);
    await other.next();
    expect(other.waiting).toBe(0);
  });

  test('STREAM_LIMIT bounds all streams, and not queries; one that leaves makes place', async () => {
    await withLive({ environment: { STREAM_LIMIT: '2' } }, async (own) => {
      const streams = [await own.open(), await own.open()];
      await Promise.all(streams.map((stream) => stream.next()));
      const excess = await refusal(await own.open());
      expect(excess).toMatchObject({ status: 400, code: 'OPERATION_TOO_COSTLY', limit: 'streams' });
      expect((await ask(own.gateway.url, QUERY)).errors).toEqual([]);
      streams[0]?.close();
      await own.quiet();
      expect((await own.open()).status).toBe(200);
      expect((await refusal(await own.open()))['limit']).toBe('streams');
    });
  });

  test('a stream that completes by itself makes place for others', async () => {
    await withLive({ environment: { STREAM_LIMIT: '1' } }, async (own) => {
      for (let times = 0; times < 3; times++) {
        const stream = await own.open({ ids: ['x'] });
        expect([stream.status, (await stream.rest()).length]).toEqual([200, 1]);
        await own.quiet();
      }
    });
  });

  test('a text of more than 10,000 characters is OPERATION_TOO_COSTLY', async () => {
    const stream = await send(`${ALL} #${' '.repeat(10_000)}`);
    expect(await refusal(stream)).toMatchObject({
      status: 400,
      code: 'OPERATION_TOO_COSTLY',
      limit: 'characters',
    });
  });

  test('STREAM_LIMIT_PER_PRINCIPAL counts a token once, in any spelling', async () => {
    await withLive({ environment: { STREAM_LIMIT_PER_PRINCIPAL: '1' } }, async (own) => {
      const token = own.sandbox.token();
      await own.open({}, { headers: { authorization: `Bearer ${token}` } });
      const second = await own.open({}, { headers: { authorization: `bearer   ${token}` } });
      expect((await refusal(second))['limit']).toBe('streams');
    });
  });

  test('STREAM_LIMIT_PER_PRINCIPAL bounds those of one token', async () => {
    await withLive({ environment: { STREAM_LIMIT_PER_PRINCIPAL: '1' } }, async (own) => {
      const [ann, bob] = ['ann', 'bob'].map((marker) => ({
        headers: { authorization: `Bearer ${own.sandbox.token({ marker })}` },
      }));
      const first = await own.open({}, ann);
      expect(first.status).toBe(200);
      expect(await refusal(await own.open({}, ann))).toMatchObject({
        status: 400,
        code: 'OPERATION_TOO_COSTLY',
        limit: 'streams',
      });
      expect((await own.open({}, bob)).status).toBe(200);
      first.close();
      await own.quiet();
      expect((await own.open({}, ann)).status).toBe(200);
    });
  });

  test('the principal in service mode is the gateway, for any API key, without a limit of its own', async () => {
    const environment = {
      SAIL_CREDENTIALS: 'service',
      SAIL_CLIENT_ID: 'sandbox-application',
      SAIL_CLIENT_SECRET: 'sandbox',
      API_KEYS: 'a-key-of-one-frontend,a-key-of-the-other-one',
      STREAM_LIMIT_PER_PRINCIPAL: '1',
    };
    await withLive({ environment }, async (own) => {
      for (const key of environment.API_KEYS.split(',')) {
        const stream = await own.open({}, { headers: { 'x-api-key': key } });
        expect([stream.status, (await stream.next())?.errors]).toEqual([200, undefined]);
      }
      await own.quiet();
      expect(own.calls()).toEqual([
        'token',
        'getTaskStatusList completionStatus isnull',
        'getTaskStatusList -created',
      ]);
    });
  });

  test('LOOKUP_LIMIT bounds the ids', async () => {
    await withLive({ environment: { LOOKUP_LIMIT: '3' } }, async (own) => {
      const excess = await refusal(await own.open({ ids: ['a', 'b', 'c', 'd'] }));
      expect(excess).toMatchObject({ status: 400, code: 'OPERATION_TOO_COSTLY', limit: 'lookups' });
      expect(own.calls()).toEqual([]);
      expect(await (await own.open({ ids: ['a', 'b', 'c'] })).rest()).toHaveLength(1);
    });
  });

  test.each<[string, object, string]>([
    ['an empty id', { ids: ['a', ''] }, 'ids[1]'],
    ['the id ..', { ids: ['..'] }, 'ids[0]'],
    ['an id of 129 characters', { ids: ['x'.repeat(129)] }, 'ids[0]'],
    ['an id that is null', { ids: [null] }, 'ids'],
    ['an empty id in the filter', { filter: { id: { eq: '' } } }, 'filter.id.eq'],
    ['a filter that is null', { filter: null }, 'filter'],
    ['a condition that is null', { filter: { launcher: { eq: null } } }, 'filter.launcher.eq'],
    ['a kind that no name shows', { filter: { kind: { eq: 'CLOUD_REFRESH_ROLE' } } }, 'filter.kind'],
    ['the status UNKNOWN', { filter: { completionStatus: { eq: 'UNKNOWN' } } }, 'filter.completionStatus.eq'],
    ['an unknown member', { filter: { nothing: 1 } }, 'filter'],
  ])('%s is BAD_USER_INPUT, without a call', async (_, variables, argument) => {
    const stream = await live.open(variables);
    const { status, code, message } = await refusal(stream);
    expect([status, code, message]).toEqual([400, 'BAD_USER_INPUT', expect.stringContaining(argument)]);
    expect(live.calls()).toEqual([]);
  });

  test.each([
    [
      'a list of a source',
      'subscription { taskStatusChanged { changed { target { source { taskStatuses { totalCount } } } } } }',
      'cost upstream calls',
    ],
    [
      'a list of a source in a fragment',
      `subscription { taskStatusChanged { changed { target { ...T } } } }
       fragment T on TaskTarget { source { id pendingTasks { totalCount } } }`,
      'cost upstream calls',
    ],
    ['@skip on its root', 'subscription { taskStatusChanged @skip(if: true) { gone } }', '@skip'],
    [
      '@include around its root',
      'subscription ($all: Boolean = false) { ... @include(if: $all) { taskStatusChanged { gone } } }',
      '@include',
    ],
    ['two roots', 'subscription { a: taskStatusChanged { gone } b: taskStatusChanged { gone } }', 'one'],
    ['no root but __typename', 'subscription { __typename }', 'introspection'],
    ['an unknown field', 'subscription { taskStatusChanged { nothing } }', 'nothing'],
  ])('%s is GRAPHQL_VALIDATION_FAILED, with the reason', async (_, query, reason) => {
    const { status, code, message } = await refusal(await send(query));
    expect([status, code, message]).toEqual([
      400,
      'GRAPHQL_VALIDATION_FAILED',
      expect.stringContaining(reason),
    ]);
    expect(live.calls()).toEqual([]);
  });

  test('a text that doesn’t parse is 400', async () => {
    expect(await refusal(await send('subscription {'))).toMatchObject({
      status: 400,
      code: 'GRAPHQL_PARSE_FAILED',
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['levels', { DEPTH_LIMIT: '3' }, 'depth'],
    ['tokens', { TOKEN_LIMIT: '10' }, 'tokens'],
    ['uses of a field', { FIELD_LIMIT: '1' }, 'fields'],
  ])('too many %s are OPERATION_TOO_COSTLY', async (_, environment, limit) => {
    await withLive({ environment }, async (own) => {
      const query =
        'subscription { taskStatusChanged { changed { a: target { source { id } } b: target { name } } } }';
      const excess = await refusal(await own.open({}, {}, { query }));
      expect(excess).toMatchObject({ status: 400, code: 'OPERATION_TOO_COSTLY', limit });
      expect(own.calls()).toEqual([]);
    });
  });

  test('a body that is too large is 413', async () => {
    await withLive({ environment: { BODY_LIMIT: '1000' } }, async (own) => {
      const excess = await refusal(await own.open({ ids: ['x'.repeat(1_000)] }));
      expect(excess).toMatchObject({ status: 413, code: 'OPERATION_TOO_COSTLY', limit: 'body' });
    });
  });

  test('CLIENT_RATE_LIMIT counts, and refuses with 429', async () => {
    await withLive({ environment: { CLIENT_RATE_LIMIT: '1/100s' } }, async (own) => {
      expect((await own.open()).status).toBe(200);
      const stream = await own.open();
      expect(await refusal(stream)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      expect(stream.headers).toHaveProperty('retry-after');
    });
  });

  test('no error tells of the schema where introspection is off', async () => {
    await withLive({ environment: { INTROSPECTION: 'off' } }, async (own) => {
      const guess = await refusal(
        await own.open({}, {}, { query: 'subscription { taskStatusChange { gone } }' }),
      );
      expect(guess).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
      expect(guess['message']).not.toContain('taskStatusChanged');
      const schema = await own.open({}, {}, { query: 'subscription { __schema { description } }' });
      expect(await refusal(schema)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    });
  });

  test.each([SSE, MULTIPART])('an unexpected error is masked for %s', async (accept) => {
    const secret = 'a detail of the inside';
    const log = {
      ...silentLog,
      warn: () => {
        throw new TypeError(secret);
      },
    } as unknown as Log;
    await withLive({ log, settings: { noIdRate: 1 } }, async (own) => {
      own.sandbox.insert({});
      const stream = await own.open({}, { accept });
      const [end] = await stream.rest();
      expect(codes(end)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(stream.text).not.toContain(secret);
      expect(stream.text).not.toContain('stack');
    });
  });

  test('a batch has an error, and its queries are answered', async () => {
    await withLive({ environment: { BATCH_LIMIT: '2' } }, async (own) => {
      const reply = await fetch(`${own.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: `${SSE}, application/json` },
        body: JSON.stringify([{ query: GONE }, { query: '{ __typename }' }]),
      });
      expect(await reply.json()).toMatchObject([
        { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
        { data: { __typename: 'Query' } },
      ]);
      expect(own.calls()).toEqual([]);
    });
  });

  test('a batch is refused without BATCH_LIMIT', async () => {
    const stream = await openStream(live.gateway.url, [{ query: GONE }]);
    expect(await refusal(stream)).toMatchObject({
      status: 400,
      code: 'OPERATION_TOO_COSTLY',
      limit: 'batch',
    });
  });

  test('a gateway that is late answers 503', async () => {
    await withLive({ environment: { LAG_LIMIT: '100ms' } }, async (own) => {
      const opened = own.open();
      // Keeps the event loop from everything else, for longer than it looks away and may be late.
      for (const end = performance.now() + 500; performance.now() < end;);
      const stream = await opened;
      expect(await refusal(stream)).toMatchObject({ status: 503, code: 'OVERLOADED' });
      expect(stream.headers['retry-after']).toBe('1');
      expect(own.calls()).toEqual([]);
    });
  });
});

describe('a subscription', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const apq = (text: string): object => ({
    extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
  });

  test.each([SSE, MULTIPART])(
    'of the safelist streams by id and by text, others do not, as %s',
    async (accept) => {
      const folder = mkdtempSync(join(tmpdir(), 'streams-'));
      const file = join(folder, 'manifest.json');
      const operations = [{ id: 'gone', name: 'Gone', type: 'subscription', body: GONE }];
      writeFileSync(
        file,
        JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
      );
      await withLive({ environment: { PERSISTED_OPERATIONS: file } }, async (own) => {
        const listed = { data: { taskStatusChanged: { gone: ['x'] } } };
        for (const body of [{ documentId: 'gone' }, { id: 'gone' }, apq(GONE), { query: GONE }]) {
          const stream = await openStream(own.gateway.url, body, { accept });
          expect([body, stream.status, await stream.rest()]).toEqual([body, 200, [listed]]);
        }
        const byGet = await openStream(
          own.gateway.url,
          { documentId: 'gone' },
          { accept, method: 'GET', headers: PREFLIGHT },
        );
        expect(await byGet.rest()).toEqual([listed]);
        own.calls();
        const unlisted = await own.open({}, { accept });
        expect(await refusal(unlisted)).toMatchObject({ status: 403, code: 'QUERY_NOT_IN_SAFELIST' });
        const unknown = await openStream(own.gateway.url, { documentId: 'nowhere' }, { accept });
        expect(await refusal(unknown)).toMatchObject({ status: 404, code: 'PERSISTED_QUERY_NOT_IN_LIST' });
        expect(own.calls()).toEqual([]);
      });
      rmSync(folder, { recursive: true });
    },
  );

  test.each([SSE, MULTIPART])('streams by its hash once its text was sent with it, as %s', async (accept) => {
    await withLive({}, async (own) => {
      const post = (body: object, as = accept): Promise<EventStream> =>
        openStream(own.gateway.url, body, { accept: as });
      const asQuery = await post(apq(GONE), 'application/json');
      const unknown = await post(apq(GONE));
      expect(await refusal(unknown)).toMatchObject({
        status: asQuery.status,
        code: 'PERSISTED_QUERY_NOT_FOUND',
      });
      expect(own.calls()).toEqual([]);
      for (const body of [{ ...apq(GONE), query: GONE }, apq(GONE)])
        expect(await (await post(body)).rest()).toEqual([{ data: { taskStatusChanged: { gone: ['x'] } } }]);
    });
  });
});

describe('the log', () => {
  test('has one line for a stream, when it ends, with its time and events', async () => {
    const { log, lines } = requestLog();
    await withLive({ log }, async (own) => {
      own.sandbox.insert({ id: 'a' });
      const stream = await own.open({ ids: ['a'] });
      await stream.next();
      await own.pass(2_000);
      expect(lines).toEqual([]);
      own.sandbox.complete('a');
      await own.pass(2_000);
      expect(await stream.rest()).toHaveLength(1);
      await stream.closed();
      await own.quiet();
      expect(lines).toEqual([
        {
          level: 'info',
          message: 'the stream completed',
          entry: expect.objectContaining({
            request: stream.headers['x-request-id'],
            method: 'POST',
            route: '/graphql',
            operation: 'Live',
            status: 200,
            ms: expect.any(Number),
            events: 2,
          }),
        },
      ]);
    });
  });

  test('tells of a viewer that left, of an error that ended a stream, and of one refused', async () => {
    const { log, lines } = requestLog();
    await withLive({ log }, async (own) => {
      const left = await own.open();
      await left.next();
      left.close();
      await own.quiet();
      const failed = await own.open();
      await failed.next();
      own.sandbox.configure({ expiredRate: 1 });
      await own.pass(10_000);
      await failed.closed();
      await (await own.open({ ids: [''] })).closed();
      await own.quiet();
      expect(
        lines.map(({ message, entry: { status, events, codes: told } }) => [message, status, events, told]),
      ).toEqual([
        ['the stream was left', 200, 1, undefined],
        // The errors come in a `next` too.
        ['the stream completed', 200, 2, ['UNAUTHENTICATED']],
        ['answered', 400, undefined, ['BAD_USER_INPUT']],
      ]);
    });
  });
});

describe('a refused poll', () => {
  test.each<[number, string, string]>([
    [401, 'UNAUTHENTICATED', SSE],
    [403, 'FORBIDDEN', SSE],
    [401, 'UNAUTHENTICATED', MULTIPART],
    [403, 'FORBIDDEN', MULTIPART],
  ])('with %i ends all streams by %s, as %s', async (errorStatus, code, accept) => {
    live.sandbox.insert({ id: 'a' });
    const stream = await live.open({}, { accept });
    const waiter = await live.open({ ids: ['a'] }, { accept });
    await stream.next();
    await waiter.next();
    await live.quiet();
    const told = stream.text.length;
    live.sandbox.configure({ errorRate: 1, errorStatus });
    live.calls();
    await live.pass(2_000);
    const [end, ...more] = await stream.rest();
    expect([codes(end), more, (await waiter.rest()).map(codes)]).toEqual([[code], [], [[code]]]);
    await stream.closed();
    const errors = JSON.stringify(end?.errors);
    expect(stream.text.slice(told)).toBe(
      accept === SSE
        ? `event: next\ndata: {"errors":${errors}}\n\nevent: complete\ndata:\n\n`
        : `\r\ncontent-type: application/json\r\n\r\n{"payload":null,"errors":${errors}}\r\n--graphql--\r\n`,
    );
    expect(live.calls()).toEqual(['getTaskStatusList completionStatus isnull']);
    await live.pass(20_000);
    expect(live.calls()).toEqual([]);
  });

  test('with 403 for one id ends the streams that name it; for the others it is gone', async () => {
    live.sandbox.insert({ id: 'a' });
    live.sandbox.insert({ id: 'b' });
    const named = await live.open({ ids: ['a', 'b'] });
    const other = await live.open({ ids: ['b'] });
    const all = await live.open();
    for (const stream of [named, other, all]) await stream.next();
    await live.quiet();
    live.sandbox.configure({ errorRate: 1, errorStatus: 403, faultOperations: ['getTaskStatus'] });
    live.sandbox.complete('a');
    await live.pass(2_000);
    expect((await named.rest()).map(codes)).toEqual([['FORBIDDEN']]);
    expect((await all.next())?.data.taskStatusChanged).toMatchObject({
      changed: [],
      gone: ['a'],
      stale: false,
    });
    live.sandbox.configure({ errorRate: 0 });
    live.sandbox.complete('b');
    await live.pass(2_000);
    const [end] = await other.rest();
    expect(end?.data.taskStatusChanged.changed).toMatchObject([{ id: 'b', state: 'SUCCEEDED' }]);
  });

  test('with 401 for one id ends all streams', async () => {
    live.sandbox.insert({ id: 'a' });
    const streams = [await live.open({ ids: ['a'] }), await live.open()];
    for (const stream of streams) await stream.next();
    await live.quiet();
    live.sandbox.configure({ errorRate: 1, errorStatus: 401, faultOperations: ['getTaskStatus'] });
    live.sandbox.complete('a');
    await live.pass(2_000);
    for (const stream of streams) expect((await stream.rest()).map(codes)).toEqual([['UNAUTHENTICATED']]);
  });

  test('at first, with 403 for an id that a viewer names, is FORBIDDEN', async () => {
    live.sandbox.insert({ id: 'a', completionStatus: 'SUCCESS' });
    live.sandbox.configure({ errorRate: 1, errorStatus: 403, faultOperations: ['getTaskStatus'] });
    const all = await live.open();
    await all.next();
    const stream = await live.open({ ids: ['a'] });
    expect((await stream.rest()).map(codes)).toEqual([['FORBIDDEN']]);
    expect(all.waiting).toBe(0);
  });
});

describe('a gateway that stops', () => {
  /** Sends the head of a request, all but its end. */
  async function begin(origin: string, head: string): Promise<{ socket: Socket; answer: Promise<string> }> {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const answer = new Promise<string>((resolve, reject) => {
      socket.on('close', () => {
        resolve(text);
      });
      socket.on('error', reject);
    });
    await new Promise<void>((resolve) =>
      socket.write(head, () => {
        resolve();
      }),
    );
    return { socket, answer };
  }

  test('is not ready, ends its streams as overloaded, and refuses new ones with Retry-After', async () => {
    await withLive({}, async (own) => {
      own.sandbox.insert({ id: 'a' });
      const streams = [await own.open(), await own.open({ ids: ['a'] }, { accept: MULTIPART })];
      for (const stream of streams) await stream.next();
      const body = JSON.stringify({ query: ALL });
      const ready = await begin(own.gateway.url, 'GET /health/ready HTTP/1.1\r\nHost: x\r\n');
      const late = await begin(
        own.gateway.url,
        `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${SSE}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n`,
      );
      await own.quiet();
      own.calls();
      const stopped = own.gateway.stop();
      for (const stream of streams) {
        expect(await stream.rest()).toMatchObject([
          { errors: [{ extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 } }] },
        ]);
        await stream.closed();
      }
      ready.socket.write('\r\n');
      late.socket.write(body);
      expect(await within(ready.answer, 'readiness')).toMatch(/^HTTP\/1\.1 503 [^]*"draining"/);
      const answer = await within(late.answer, 'a refusal');
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/\r\nretry-after: 1\r\n/i);
      expect(answer).toMatch(/\r\ncontent-type: application\/json/i);
      expect(answer).toContain('"OVERLOADED"');
      await within(stopped, 'the stop');
      expect(own.calls()).toEqual([]);
      await own.clock.advance(60_000);
      expect([own.calls(), own.clock.timers]).toEqual([[], 0]);
    });
  });

  test('disconnects within a second a viewer that doesn’t read', async () => {
    await withLive({}, async (own) => {
      for (let index = 0; index < 20; index++) own.sandbox.insert({ description: 'x'.repeat(200_000) });
      const query =
        'subscription { taskStatusChanged { changed { a: description b: description c: description d: description } } }';
      const body = JSON.stringify({ query });
      const socket = connect(Number(new URL(own.gateway.url).port), '127.0.0.1').pause();
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: ${SSE}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      while (own.sandbox.calls.length < 2) await own.quiet();
      await own.quiet();
      let isStopped = false;
      const stopped = own.gateway.stop().then(() => (isStopped = true));
      await own.quiet();
      expect(isStopped).toBe(false);
      await own.pass(1_000);
      await within(stopped, 'the stop');
      socket.destroy();
    });
  });
});

describe('the hook of SailPoint’s event trigger', () => {
  const HOOK_TOKEN = 'a-token-of-the-event-trigger';
  const hooked = new Live({
    environment: { HOOK_TOKEN, API_KEYS: 'a-key-of-the-frontend', BODY_LIMIT: '2000' },
  });
  beforeAll(() => hooked.start());
  afterAll(() => hooked.stop());
  afterEach(async () => {
    hooked.leave();
    await hooked.pass(20_000);
    hooked.calls();
  });

  const call = (body: string, headers: Record<string, string> = {}, to = hooked): Promise<Response> =>
    fetch(`${to.gateway.url}/hooks/account-aggregation-completed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${HOOK_TOKEN}`, ...headers },
      body,
    });
  const event = JSON.stringify({
    source: { type: 'SOURCE', id: '2c9180835d191a86015d28455b4b232a', name: 'HR Active Directory' },
    status: 'Success',
    started: '2026-06-01T11:59:00.000Z',
    completed: '2026-06-01T12:00:00.000Z',
    errors: [],
    warnings: [],
    stats: { scanned: 200, unchanged: 190, changed: 6, added: 4, removed: 3 },
  });
  /** Opens a stream, and waits until it would be polled at once. */
  const watch = async (): Promise<void> => {
    await (await hooked.open({}, { headers: { 'x-api-key': 'a-key-of-the-frontend' } })).next();
    await hooked.pass(3_000);
    hooked.calls();
  };

  test('needs its token and no API key, and makes the gateway poll', async () => {
    await watch();
    expect((await call(event)).status).toBe(202);
    await hooked.pass(500);
    expect(hooked.calls()).toEqual(['getTaskStatusList completionStatus isnull']);
  });

  test.each<[string, Record<string, string>]>([
    ['an empty header', { authorization: '' }],
    ['a wrong token', { authorization: 'Bearer a-token-of-another-trigger' }],
    ['a part of the token', { authorization: `Bearer ${HOOK_TOKEN.slice(1)}` }],
    ['the token in another scheme', { authorization: `Basic ${HOOK_TOKEN}` }],
    ['an API key', { authorization: '', 'x-api-key': 'a-key-of-the-frontend' }],
  ])('refuses %s with 401', async (_, headers) => {
    await watch();
    const reply = await call(event, headers);
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await reply.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    await hooked.pass(1_000);
    expect(hooked.calls()).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"source"'],
    ['an array', '[{"source": {"id": "s"}}]'],
    ['an empty object', '{}'],
    ['no source', '{"source": null}'],
    ['a source that is a string', '{"source": "s"}'],
    ['a source without an id', '{"source": {"name": "s"}}'],
    ['an id that is a number', '{"source": {"id": 1}}'],
    ['an empty id', '{"source": {"id": ""}}'],
    ['half an object', '{"source": {"id": "s"}'],
    ['a prototype', '{"__proto__": {"source": {"id": "s"}}}'],
    ['more than BODY_LIMIT', JSON.stringify({ source: { id: 's' }, more: 'x'.repeat(2_000) })],
  ])('refuses a body of %s with a 4xx, and does not poll', async (what, body) => {
    await watch();
    const { status } = await call(body);
    expect([what, Math.floor(status / 100)]).toEqual([what, 4]);
    await hooked.pass(1_000);
    expect(hooked.calls()).toEqual([]);
  });

  test('refuses other content types and methods', async () => {
    for (const [type, status] of [
      ['text/plain', 400],
      ['application/x-www-form-urlencoded', 415],
    ] as const)
      expect((await call(event, { 'content-type': type })).status).toBe(status);
    const reply = await fetch(`${hooked.gateway.url}/hooks/account-aggregation-completed`, {
      headers: { authorization: `Bearer ${HOOK_TOKEN}` },
    });
    expect(reply.status).toBe(404);
  });

  test('is not there without HOOK_TOKEN', async () => {
    const reply = await call(event, {}, live);
    expect(reply.status).toBe(404);
  });
});
