import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { closeAgents, createAgents } from '../../src/upstream/agents.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import type { Delivery } from '../../src/upstream/delivery.js';
import { createTransport, type UpstreamClient, type UpstreamRequest } from '../../src/upstream/transport.js';
import type { UpstreamErrorDetails } from '../../src/upstream/upstream-error.js';
import { as } from '../support/callers.js';
import { startScriptedUpstream, type Script, type ScriptedUpstream } from '../support/scripted-upstream.js';

const get: UpstreamRequest = { method: 'GET', path: '/x', ...as('Bearer s3cr3t') };
const patch: UpstreamRequest = {
  ...get,
  method: 'PATCH',
  body: { type: 'application/json-patch+json', text: '[{"op":"remove","path":"/a"}]' },
};
const agents = createAgents();
const warnings: unknown[][] = [];
let server: ScriptedUpstream;
let client: UpstreamClient;

beforeAll(async () => {
  server = await startScriptedUpstream();
  client = createTransport({
    origin: server.url,
    timeoutMs: 5_000,
    clock: { now: Date.now, after: afterRealTime },
    agents,
    warn: (...line) => warnings.push(line),
  });
});
beforeEach(() => {
  warnings.length = 0;
});
afterAll(async () => {
  closeAgents(agents);
  await server.stop();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const value = { id: 'a', text: 'ünï😀'.repeat(100), messages: [{ text: 'words' }] };
const text = JSON.stringify(value);

/** Ways to send a body. All of them are the same answer. */
const ways: [string, (status: number) => Script][] = [
  ...(
    [
      ['gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
    ] as const
  ).flatMap(([coding, body], index): [string, (status: number) => Script][] => [
    [
      `packed by ${coding} (${index})`,
      (status) => (_request, response) =>
        response.writeHead(status, { ...JSON_TYPE, 'content-encoding': coding }).end(body),
    ],
    [
      `packed by ${coding} (${index}), with its length`,
      (status) => (_request, response) =>
        response
          .writeHead(status, { ...JSON_TYPE, 'content-encoding': coding, 'content-length': body.length })
          .end(body),
    ],
    [
      `packed by ${coding} (${index}), byte by byte`,
      (status) => (_request, response) => {
        response.writeHead(status, { ...JSON_TYPE, 'content-encoding': coding });
        for (const byte of body) response.write(Buffer.of(byte));
        response.end();
      },
    ],
  ]),
  [
    'in chunks that cut characters',
    (status) => (_request, response) => {
      response.writeHead(status, JSON_TYPE);
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      response.end();
    },
  ],
  [
    'until the connection ends',
    (status) => (_request, response) => {
      response.socket?.end(
        `HTTP/1.1 ${status} X\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n${text}`,
      );
    },
  ],
  [
    'after 1xx answers',
    (status) => (_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeContinue();
      response.writeHead(status, JSON_TYPE).end(text);
    },
  ],
  [
    'with trailers',
    (status) => (_request, response) => {
      response.writeHead(status, { ...JSON_TYPE, trailer: 'x-sum' });
      response.write(text);
      response.addTrailers({ 'x-sum': '1', 'retry-after': '9' });
      response.end();
    },
  ],
  [
    'with a byte order mark',
    (status) => (_request, response) => response.writeHead(status, JSON_TYPE).end(`\ufeff${text}`),
  ],
  ['without a content type', (status) => (_request, response) => response.writeHead(status).end(text)],
  [
    'as a JSON of some kind',
    (status) => (_request, response) =>
      response.writeHead(status, { 'content-type': 'Application/Problem+JSON; charset="utf-8"' }).end(text),
  ],
];

async function failure(call: Promise<unknown>): Promise<UpstreamErrorDetails> {
  return call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error as { details: UpstreamErrorDetails }).details,
  );
}

describe.each([
  ['a read', get],
  ['an update', patch],
] as const)('%s', (_, request) => {
  test.each(ways)('takes an answer %s', async (_name, script) => {
    server.answer = script(200);
    expect((await client(request)).body).toEqual(value);
  });

  test.each(ways)('takes the words of a refusal %s', async (_name, script) => {
    for (const status of [400, 401, 403, 404, 409, 429, 500, 502, 503, 504, 520]) {
      server.answer = script(status);
      expect(await failure(client(request))).toMatchObject({ failure: 'status', status, text: 'words' });
    }
  });

  test('takes an empty packed answer as an empty one', async () => {
    for (const coding of ['gzip', 'deflate', 'br']) {
      server.answer = (_request, response) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': coding }).end();
      expect((await client(request)).body).toBeUndefined();
    }
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ])('fails by an answer packed by %s that is cut off, however', async (coding, body) => {
    const half = body.subarray(0, body.length >> 1);
    const head = { ...JSON_TYPE, 'content-encoding': coding };
    const scripts: Script[] = [
      (_request, response) => response.writeHead(200, { ...head, 'content-length': half.length }).end(half),
      (_request, response) => response.writeHead(200, head).end(half),
      (_request, response) => {
        response.writeHead(200, { ...head, 'content-length': body.length }).write(half);
        response.socket?.destroySoon();
      },
      (_request, response) => {
        // Newer Nodes hold a chunk back until the next turn.
        response.writeHead(200, head).write(half, () => response.socket?.destroySoon());
      },
    ];
    for (const script of scripts) {
      server.answer = script;
      expect(await failure(client(request))).toMatchObject({ failure: 'bad_response', status: 200 });
    }
  });

  test.each(['br, gzip', 'snappy', 'gzip, identity'])(
    'fails by a coding that it did not ask for: %s',
    async (coding) => {
      server.answer = (_request, response) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': coding }).end(gzipSync(text));
      expect(await failure(client(request))).toMatchObject({ failure: 'bad_response', status: 200 });
    },
  );

  test('counts the longest Retry-After, and takes a total that was sent twice', async () => {
    const doubled = (status: number, headers: string): Script => {
      return (_request, response) => {
        response.socket?.end(
          `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\nconnection: close\r\n${headers}content-length: 2\r\n\r\n[]`,
        );
      };
    };
    server.answer = doubled(429, 'Retry-After: 3\r\nretry-after: 8\r\nRETRY-AFTER: 5\r\n');
    expect(await failure(client(request))).toMatchObject({ retryAfterSeconds: 8 });
    server.answer = doubled(200, 'X-Total-Count: 8\r\nx-total-count: 8\r\n');
    expect((await client(request)).totalCount).toBe(8);
    server.answer = doubled(200, 'X-Total-Count: 8\r\nx-total-count: 9\r\n');
    expect((await client(request)).totalCount).toBeNull();
    server.answer = doubled(500, 'SLPT-Request-ID: one\r\nSLPT-Request-ID: two\r\n');
    expect(await failure(client(request))).toMatchObject({ requestId: 'one' });
  });

  const page = '<html>\u0007 Sign in\r\nwith s3cr3t</html>'.padEnd(1_000, '.');

  test.each([
    ['a page', { 'content-type': 'text/html; charset=utf-8' }, page],
    ['a text', { 'content-type': 'text/plain' }, 'error code: 1010'],
    ['a text that is JSON', { 'content-type': 'text/plain' }, '{"id":"a"}'],
    ['a page without a content type', {}, page],
    ['an empty page', { 'content-type': 'text/html' }, ''],
    ['a script', { 'content-type': 'application/javascript+jsonp' }, 'go()'],
  ])('takes %s for somebody’s in between', async (_name, headers, body) => {
    for (const status of [200, 202, 300, 400, 401, 403, 404, 405, 409]) {
      warnings.length = 0;
      server.answer = (_request, response) => response.writeHead(status, headers).end(body);
      expect(await failure(client(request))).toEqual({ failure: 'foreign', status });
      expect(warnings).toEqual([[expect.objectContaining({ status }), expect.stringContaining('not')]]);
      const { text: logged = '' } = warnings[0]?.[0] as { text?: string };
      expect(logged.length).toBeLessThanOrEqual(200);
      expect(logged).not.toMatch(/\p{Cc}|s3cr3t/u);
      expect(body.startsWith(logged.slice(0, 6))).toBe(true);
    }
    for (const status of [429, 500, 503, 504, 520]) {
      server.answer = (_request, response) => response.writeHead(status, headers).end(body);
      const details = await failure(client(request));
      expect(details).toMatchObject({ failure: 'status', status });
    }
  });

  test.each([
    ['https://login.example.com/sign-in?code=s3cr3t#top', 'https://login.example.com/sign-in'],
    ['https://user:s3cr3t@login.example.com/sign-in', 'https://login.example.com/sign-in'],
    ['/sign-in?code=s3cr3t', '/sign-in'],
  ])('logs where a redirect to %s leads, without what may be secret', async (location, shown) => {
    server.answer = (_request, response) =>
      response.writeHead(302, { location, 'content-type': 'text/html' }).end();
    expect(await failure(client(request))).toEqual({ failure: 'foreign', status: 302 });
    expect(warnings[0]?.[0]).toMatchObject({ status: 302, location: shown });
    expect(JSON.stringify(warnings)).not.toContain('s3cr3t');
  });
});

describe('what becomes of an update', () => {
  /** Returns the states that a call was in, in order and without repeats. */
  async function statesOf(script: Script): Promise<Delivery[]> {
    server.answer = script;
    const states: Delivery[] = [];
    const onDelivery = (state: Delivery): number => states.push(state);
    await client({ ...patch, onDelivery }).catch(() => undefined);
    return states.filter((state, index) => state !== states[index - 1]);
  }
  const cut =
    (headers: object): Script =>
    (_request, response) => {
      response.writeHead(200, { ...headers, 'content-length': '100' }).write('{');
      response.socket?.destroySoon();
    };

  test.each<[string, Script, Delivery[]]>([
    [
      'a task',
      (_request, response) => response.writeHead(200, JSON_TYPE).end('{"id":"a"}'),
      ['sent', 'applied'],
    ],
    ['an empty 202', (_request, response) => response.writeHead(202).end(), ['sent', 'applied']],
    ['a 204', (_request, response) => response.writeHead(204).end(), ['sent', 'applied']],
    ['broken JSON', (_request, response) => response.writeHead(200, JSON_TYPE).end('{'), ['sent', 'applied']],
    ['a head of JSON, then nothing', cut(JSON_TYPE), ['sent', 'applied']],
    ['a head of nothing, then nothing', cut({}), ['sent']],
    [
      'a page',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      ['sent'],
    ],
    ['a page without a type', (_request, response) => response.end('<p>'), ['sent']],
    ['no answer', (_request, response) => response.destroy(), ['sent']],
    ['a redirect', (_request, response) => response.writeHead(302, JSON_TYPE).end('{}'), ['sent']],
    [
      'a switch of protocols',
      (_request, response) => response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end(),
      ['sent'],
    ],
    ['a 500', (_request, response) => response.writeHead(500, JSON_TYPE).end('{}'), ['sent']],
    ['a 400', (_request, response) => response.writeHead(400, JSON_TYPE).end('{}'), ['sent', 'refused']],
    ['an empty 404', (_request, response) => response.writeHead(404).end(), ['sent', 'refused']],
    ['a 403 of somebody else', (_request, response) => response.writeHead(403).end('<p>'), ['sent']],
    ['a 429 of anybody', (_request, response) => response.writeHead(429).end('<p>'), ['sent', 'refused']],
  ])('is told by %s', async (_, script, states) => {
    expect(await statesOf(script)).toEqual(states);
    // Again, over a reused connection.
    expect(await statesOf(script)).toEqual(states);
  });
});
