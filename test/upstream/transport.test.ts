import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { closeAgents, createAgents } from '../../src/upstream/agents.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import { createTransport, type UpstreamClient } from '../../src/upstream/transport.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import { as } from '../support/callers.js';
import {
  answer,
  startScriptedUpstream,
  type Script,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';

const TOKEN = 'Bearer s3cr3t-t0ken';
const NOW = Date.parse('2026-01-31T08:00:00Z');
const get = {
  method: 'GET',
  path: '/beta/task-status?limit=1',
  ...as(TOKEN),
} as const;

const agents = createAgents();
const warnings: unknown[][] = [];
const clock = { now: () => NOW, after: afterRealTime };
const clientOf = (origin: string, timeoutMs: number): UpstreamClient =>
  createTransport({ origin, timeoutMs, clock, agents, warn: (...line) => warnings.push(line) });

let server: ScriptedUpstream;
let client: UpstreamClient;

beforeAll(async () => {
  server = await startScriptedUpstream();
  client = clientOf(server.url, 5_000);
});
beforeEach(() => {
  server.requests.length = 0;
  warnings.length = 0;
});
afterAll(async () => {
  closeAgents(agents);
  await server.stop();
});

async function failure(call: Promise<unknown>): Promise<UpstreamError> {
  const outcome: unknown = await call.catch((error: unknown) => error);
  if (outcome instanceof UpstreamError) return outcome;
  throw new Error(`not an UpstreamError: ${inspect(outcome)}`);
}

/** Returns everything that can be reached from a value by own keys of any kind. */
function reach(value: unknown, seen = new Set<unknown>()): Set<unknown> {
  if (seen.has(value)) return seen;
  seen.add(value);
  if (typeof value === 'object' && value !== null) {
    for (const key of Reflect.ownKeys(value)) {
      seen.add(key);
      reach((value as Record<PropertyKey, unknown>)[key], seen);
    }
  }
  return seen;
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

const drop: Script = (_request, response) => response.destroy();
const cut: Script = (_request, response) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' });
  response.write('[{"id":');
  response.socket?.destroySoon();
};
/** Like `cut`, in the middle of a compressed body. */
const cutPacked: Script = (_request, response) => {
  const packed = gzipSync(randomBytes(1_000));
  response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': packed.length });
  response.write(packed.subarray(0, 500));
  response.socket?.destroySoon();
};

const flood: Script = (_request, response) => {
  response.writeHead(200, JSON_TYPE);
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
  };
  response.on('drain', more);
  more();
};

describe('an answer', () => {
  test('is its status, its JSON and its total', async () => {
    server.answer = answer(200, { 'x-total-count': '17' }, [{ id: 'a' }]);
    expect(await client(get)).toEqual({ status: 200, body: [{ id: 'a' }], totalCount: 17 });
  });

  test.each([
    ['204', answer(204)],
    ['an empty 200', answer(200, { 'content-type': 'application/json' })],
    ['a blank 200', answer(200, {}, ' \n')],
  ])('that is %s has no body', async (_, script) => {
    server.answer = script;
    expect(await client(get)).toMatchObject({ body: undefined, totalCount: null });
  });

  test.each(['null', '0', 'false', '""'])('that is %s is that value', async (body) => {
    server.answer = answer(200, {}, body);
    expect((await client(get)).body).toBe(JSON.parse(body));
  });

  test.each(['', 'many', '-1', '1.5', '1e3', '12, 12', '0x10', '99999999999'])(
    'whose X-Total-Count is %j tells no total',
    async (total) => {
      server.answer = answer(200, { 'x-total-count': total }, []);
      expect(await client(get)).toEqual({ status: 200, body: [], totalCount: null });
    },
  );

  test('never tells a total that a GraphQL Int can’t hold', async () => {
    server.answer = answer(200, { 'x-total-count': '4294967296' }, []);
    expect((await client(get)).totalCount ?? 0).toBeLessThan(2 ** 31);
  });
});

describe('a call', () => {
  test('sends the caller’s Authorization as it is, and no credentials where there are none', async () => {
    server.answer = answer(200, { 'set-cookie': 'session=1' }, []);
    await client(get);
    await client({ ...get, ...as(undefined) });
    const [first, second] = server.requests.map(({ headers }) => headers);
    expect(first?.authorization).toBe(TOKEN);
    expect(second).not.toHaveProperty('authorization');
    const usual = ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'];
    expect(Object.keys(second ?? {}).sort()).toEqual(usual);
    expect(Object.keys(first ?? {}).sort()).toEqual([...usual, 'authorization'].sort());
  });

  test('sends path and query as they are given', async () => {
    server.answer = answer(200, {}, []);
    const paths = [
      '/beta/task-status/a%2Fb%20c',
      '/beta/task-status/%252e%3Fx%23y',
      '/beta/task-status?filters=id%20in%20(%22a%5C%22%22%2C%22%E2%82%AC%22)&sorters=-created',
      "/beta/task-status/'()*!~",
    ];
    for (const path of paths) await client({ ...get, path });
    expect(server.requests.map(({ url }) => url)).toEqual(paths);
  });

  test('is made once, after any answer', async () => {
    const patch = { type: 'application/json-patch+json', text: '[]' };
    for (const script of [answer(500), answer(503), answer(429, { 'retry-after': '0' }), drop, cut]) {
      for (const request of [get, { ...get, method: 'PATCH' as const, body: patch }]) {
        server.answer = script;
        server.requests.length = 0;
        await failure(client(request));
        expect(server.requests).toHaveLength(1);
      }
    }
  });
});

describe('a call that fails', () => {
  const gone = answer(301, { location: '/elsewhere' }, { message: 'moved' });
  const late = answer(429, { 'retry-after': '7' }, { message: ' Rate Limit Exceeded ' });

  test.each<[string, Script, object]>([
    ['by a redirect, which is not followed,', gone, { failure: 'foreign', status: 301 }],
    ['by HTML', answer(502, {}, '<html>Bad Gateway</html>'), { failure: 'status', status: 502 }],
    ['by an empty 403', answer(403), { failure: 'status', status: 403 }],
    [
      'by the rate limit',
      late,
      { failure: 'status', status: 429, text: 'Rate Limit Exceeded', retryAfterSeconds: 7 },
    ],
    [
      'with a date to come back at',
      answer(503, { 'retry-after': 'Sat, 31 Jan 2026 08:00:30 GMT' }),
      { failure: 'status', status: 503, retryAfterSeconds: 30 },
    ],
    [
      'with ids for support',
      answer(
        400,
        { 'SLPT-Request-ID': 'r1' },
        { detailCode: '400.1', trackingId: 't1', messages: [{ text: 'm' }] },
      ),
      {
        failure: 'status',
        status: 400,
        detailCode: '400.1',
        trackingId: 't1',
        requestId: 'r1',
        text: 'm',
      },
    ],
    ['by truncated JSON', answer(200, JSON_TYPE, '[{"id":"a"'), { failure: 'bad_response', status: 200 }],
    [
      'by what may be truncated JSON, but doesn’t say so,',
      answer(200, {}, '[{"id":"a"'),
      { failure: 'foreign', status: 200 },
    ],
    ['by HTML with status 200', answer(200, {}, '<html>'), { failure: 'foreign', status: 200 }],
    ['by a dropped connection', drop, { failure: 'connection' }],
    ['by a body without an end', flood, { failure: 'oversized', status: 200 }],
    ['by a body that is cut off', cut, { failure: 'bad_response', status: 200 }],
    ['by a packed body that is cut off', cutPacked, { failure: 'bad_response', status: 200 }],
  ])('%s says so', async (_, script, details) => {
    server.answer = script;
    const error = await failure(client(get));
    expect(error.details).toMatchObject(details);
    expect(server.requests).toHaveLength(1);
  });

  test('by a body that is not packed as it says is aborted, however long it goes on', async () => {
    const closed = new Promise((resolve) => {
      server.answer = (_request, response) => {
        response.on('close', resolve);
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
        response.write('[');
        response.write(randomBytes(100_000));
      };
    });
    expect((await failure(client(get))).details).toMatchObject({ failure: 'bad_response', status: 200 });
    await closed;
  });

  test('for want of an upstream is a connection failure', async () => {
    const closed = await startScriptedUpstream();
    await closed.stop();
    const unreachable = clientOf(closed.url, 5_000);
    expect((await failure(unreachable(get))).details).toEqual({
      failure: 'connection',
      reason: 'ECONNREFUSED',
      sent: false,
    });
  });

  test.each<[string, Script]>([
    ['never answers', () => undefined],
    [
      'never ends its answer',
      (_request, response) => {
        response.writeHead(200);
        response.write('[');
      },
    ],
  ])('since the upstream %s is a timeout', async (_, script) => {
    const hasty = clientOf(server.url, 60);
    server.answer = script;
    expect((await failure(hasty(get))).details).toEqual({ failure: 'timeout', sent: true });
  });

  test('holds nothing of the request, its options or its token', async () => {
    const hasty = clientOf(server.url, 60);
    const dead = clientOf('http://127.0.0.1:1', 5_000);
    const scripts = [gone, late, answer(502, {}, '<html>'), answer(200, {}, '['), drop, cut, () => undefined];
    const errors = [await failure(dead(get))];
    for (const script of scripts) {
      server.answer = script;
      errors.push(await failure((script.length === 0 ? hasty : client)(get)));
    }
    expect(errors).toHaveLength(scripts.length + 1);
    for (const error of errors) {
      const reached = reach(error);
      const plain = [...reached].filter((each) => typeof each === 'object' || typeof each === 'function');
      expect(plain).toEqual([error, error.details]);
      const shown = [inspect(error, { depth: null, showHidden: true }), JSON.stringify(error), String(error)];
      for (const text of [...shown, ...[...reached].filter((each) => typeof each === 'string')]) {
        expect(text).not.toContain('s3cr3t');
        expect(text).not.toContain('/beta/task-status');
      }
    }
  });
});
