import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type SandboxSettings } from '../../src/sandbox/sandbox.js';
import { clearing, startTestSandbox, type TestSandbox } from './sandbox-fixture.js';

const decoders = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync };
const path = '/task-status/v1?limit=50';

interface RawAnswer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** As it came, not decoded. */
  body: Buffer;
}

/** Asks without decoding the answer, as fetch would. */
function ask(
  { url }: TestSandbox,
  acceptEncoding: string | undefined,
  options: { path?: string; method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const { method = 'GET', body, headers = {} } = options;
  return new Promise((resolve, reject) => {
    const accept = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
    request(
      url + (options.path ?? path),
      { method, headers: { ...accept, ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
        });
      },
    )
      .on('error', reject)
      .end(body);
  });
}

async function codingFor(
  acceptEncoding: string | undefined,
  settings: Partial<SandboxSettings> = {},
): Promise<unknown> {
  const { headers } = await ask(await startTestSandbox(settings), acceptEncoding);
  return headers['content-encoding'];
}

describe('Answers', () => {
  test.each(['gzip', 'deflate', 'br'] as const)(
    'are compressed by %s where that is liked',
    async (coding) => {
      const sandbox = await startTestSandbox();
      const plain = await ask(sandbox, undefined);
      const { status, headers, body } = await ask(sandbox, coding);
      expect([status, headers['content-encoding'], headers['vary']]).toEqual([
        200,
        coding,
        'Accept-Encoding',
      ]);
      expect([headers['transfer-encoding'], headers['content-length']]).toEqual(['chunked', undefined]);
      expect(body.length).toBeLessThan(plain.body.length / 3);
      expect(decoders[coding](body).equals(plain.body)).toBe(true);
    },
  );

  test('are left as they are for clients that say nothing, with their length and what they vary by', async () => {
    const { headers, body } = await ask(await startTestSandbox(), undefined);
    expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(body.length) });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test.each([
    ['gzip;q=0.5, br;q=0.8, deflate;q=0', 'br'],
    ['GZIP ; Q=1 , br;q=0.9', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate, *;q=0.5', 'deflate'],
    ['*, gzip;q=0, br;q=0', 'deflate'],
  ])('to `%s` are sent as %s', async (accepted, coding) => {
    expect(await codingFor(accepted)).toBe(coding);
  });

  test.each(['identity;q=0.9, gzip;q=0.5', 'gzip;q=0', 'gzip;q=x', 'zstd, identity', ''])(
    'to `%s` are sent as they are',
    async (accepted) => {
      expect(await codingFor(accepted)).toBeUndefined();
    },
  );

  test('draw between codings that are liked equally, the same under the same seed', async () => {
    const run = async (): Promise<unknown[]> => {
      const sandbox = await startTestSandbox();
      const seen: unknown[] = [];
      for (let call = 0; call < 12; call++)
        seen.push((await ask(sandbox, 'gzip, deflate, br')).headers['content-encoding']);
      return seen;
    };
    const seen = await run();
    expect(new Set(seen)).toEqual(new Set(['gzip', 'deflate', 'br']));
    expect(await run()).toEqual(seen);
  });

  test('are compressed by the one that a switch names, and only where that is accepted', async () => {
    expect(await codingFor('gzip, br', { compress: 'br' })).toBe('br');
    expect(await codingFor('br;q=0.1, gzip', { compress: 'br' })).toBe('br');
    expect(await codingFor('gzip', { compress: 'br' })).toBeUndefined();
  });

  test('are never compressed with the switch off, and vary by nothing', async () => {
    const { headers } = await ask(await startTestSandbox({ compress: 'off' }), 'gzip, br');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('vary');
  });

  test('to HEAD have the headers and no body', async () => {
    const { status, headers, body } = await ask(await startTestSandbox(), 'gzip', {
      method: 'HEAD',
      path: '/beta/task-status/pending-tasks?count=true',
    });
    expect([status, headers['content-encoding'], body.length]).toEqual([200, 'gzip', 0]);
    expect(Number(headers['x-total-count'])).toBeGreaterThan(0);
  });

  test('of a few bytes, and those without a body, are not compressed', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    expect((await ask(sandbox, 'gzip')).headers).toMatchObject({ 'content-length': '2' });
    sandbox.configure({ emptyPending: 204 });
    const { status, headers } = await ask(sandbox, 'gzip', { path: '/beta/task-status/pending-tasks' });
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test('to a patch, refusals, pages and tokens are compressed too', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({ id: 'a' });
    const decoded = ({ status, headers, body }: RawAnswer): unknown[] => [
      status,
      headers['content-encoding'],
      gunzipSync(body).toString(),
    ];
    const patch = {
      path: `/beta/task-status/${id}`,
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(clearing),
    };
    expect(decoded(await ask(sandbox, 'gzip', patch))).toEqual([
      200,
      'gzip',
      expect.stringContaining('"completionStatus":"ERROR"'),
    ]);
    const missing = { path: '/beta/task-status/none' };
    expect(decoded(await ask(sandbox, 'gzip', missing))).toEqual([
      404,
      'gzip',
      expect.stringContaining('404'),
    ]);
    const token = { path: '/oauth/token', method: 'POST' };
    expect(decoded(await ask(sandbox, 'gzip', token)).slice(0, 2)).toEqual([400, 'gzip']);
    sandbox.configure({ pageRate: 1 });
    expect(decoded(await ask(sandbox, 'gzip'))).toEqual([403, 'gzip', expect.stringContaining('<h1>403')]);
  });
});
