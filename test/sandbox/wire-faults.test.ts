import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { clearing, startTestSandbox, type TestSandbox } from './sandbox-fixture.js';

const path = '/v2025/task-status?limit=3&count=true';

/** All that comes back over a connection of its own for one request, byte for byte, until the other side closes it. */
function bytesOf({ url }: TestSandbox, target = path, method = 'GET', more = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    // Not ended: a server may take that for the end of the client.
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`);
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterEach(() => {
  agent.destroy();
});

/** Asks over the one connection that is kept, if it still is; says whether it was. */
function askKept({ url }: TestSandbox): Promise<{ reused: boolean; answer: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => {
        resolve({ reused: asked.reusedSocket, answer, text });
      });
    });
    asked.on('error', reject).end();
  });
}

/** The code with which a call fails. */
const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('By switch, a proxy answers', () => {
  test.each([
    [403, '<h1>403 Forbidden</h1>'],
    [404, '<h1>404 Not Found</h1>'],
    [503, '<h1>503 Service Unavailable</h1>'],
    [520, '<h1>520 Unknown Error</h1>'],
    [200, '<title>Sign in</title>'],
  ])('with a page of HTML and %i', async (pageStatus, words) => {
    const sandbox = await startTestSandbox({ pageRate: 1, pageStatus });
    const { status, text, headers } = await sandbox.send(path);
    expect([status, headers.get('content-type')]).toEqual([pageStatus, 'text/html']);
    expect(text).toContain(words);
    expect(sandbox.calls).toMatchObject([{ operation: 'getTaskStatusList', status: pageStatus }]);
  });

  test('with plain text', async () => {
    const sandbox = await startTestSandbox({ pageRate: 1, pageType: 'text' });
    const { status, text, headers } = await sandbox.send(path);
    expect([status, headers.get('content-type'), text]).toEqual([
      403,
      'text/plain; charset=UTF-8',
      'error code: 1010\n',
    ]);
    sandbox.configure({ pageStatus: 200 });
    expect((await sandbox.send(path)).text).toBe('Please sign in first.\n');
  });

  test('with HTML that doesn’t say what it is', async () => {
    const sandbox = await startTestSandbox({ pageRate: 1, pageType: 'untyped' });
    const { text, headers } = await sandbox.send(path);
    expect([headers.get('content-type'), text.slice(0, 6)]).toEqual([null, '<html>']);
  });

  test('with a redirect, a page with Retry-After, and a status that has no body', async () => {
    const sandbox = await startTestSandbox({ pageRate: 1, pageStatus: 307, burstRetryAfter: 9 });
    expect((await sandbox.send(path)).headers.get('location')).toBe(
      `${sandbox.url}/redirected?from=task-status`,
    );
    sandbox.configure({ pageStatus: 429 });
    expect((await sandbox.send(path)).headers.get('retry-after')).toBe('9');
    sandbox.configure({ pageStatus: 204 });
    expect(await sandbox.send(path)).toMatchObject({ status: 204, text: '' });
  });
});

describe('By switch, an answer', () => {
  test.each([200, 204] as const)('is an empty %i', async (emptyStatus) => {
    const sandbox = await startTestSandbox({ emptyRate: 1, emptyStatus });
    expect(await sandbox.send(path)).toMatchObject({ status: emptyStatus, text: '' });
    expect(sandbox.calls).toMatchObject([{ status: emptyStatus }]);
    expect((await sandbox.send('/v2025/task-status/none')).status).toBe(404);
  });

  test('has a byte order mark ahead of its JSON', async () => {
    const sandbox = await startTestSandbox({ bomRate: 1, compress: 'off' });
    const [, body = ''] = (await bytesOf(sandbox)).split('\r\n\r\n');
    expect(body.slice(0, 4)).toBe('\xef\xbb\xbf[');
  });

  test('comes after two that are none yet', async () => {
    const sandbox = await startTestSandbox({ interimRate: 1 });
    const statuses = (await bytesOf(sandbox)).match(/^HTTP\/1\.1 \d{3}/gm);
    expect(statuses).toEqual(['HTTP/1.1 102', 'HTTP/1.1 103', 'HTTP/1.1 200']);
    expect((await sandbox.send<SandboxTask[]>(path)).json).toHaveLength(3);
  });

  test('has its headers twice, and another Retry-After first', async () => {
    const sandbox = await startTestSandbox({ repeatRate: 1, rateLimit: '1/10s' });
    const all = async (name: string): Promise<string[]> =>
      [...(await bytesOf(sandbox)).matchAll(new RegExp(`^${name}: (.*)\r$`, 'gm'))].map(
        ([, value = '']) => value,
      );
    expect(await all('X-Total-Count')).toEqual(['400', '400']);
    expect(await all('Content-Type')).toEqual(['application/json', 'application/json']);
    expect(await all('Retry-After')).toEqual(['0', '10']);
    expect(await all('Content-Length')).toHaveLength(1);
  });

  test('has a trailer', async () => {
    const sandbox = await startTestSandbox({ trailerRate: 1 });
    const { answer, text } = await askKept(sandbox);
    expect(answer.headers).toMatchObject({ trailer: 'X-Body-Bytes', 'transfer-encoding': 'chunked' });
    expect(answer.trailers).toEqual({ 'x-body-bytes': String(Buffer.byteLength(text)) });
    expect(JSON.parse(text)).toHaveLength(3);
    const head = await bytesOf(sandbox, '/v2025/task-status/pending-tasks', 'HEAD');
    expect(head).not.toMatch(/trailer|x-body-bytes/i);
  });

  test('is cut in the middle of a body with a length', async () => {
    const sandbox = await startTestSandbox({ cutRate: 1 });
    const [head = '', body = ''] = (await bytesOf(sandbox)).split('\r\n\r\n');
    const promised = Number(/^Content-Length: (\d+)\r$/m.exec(head)?.[1]);
    expect(body).toHaveLength(Math.floor(promised / 2));
    await expect(sandbox.send(path)).rejects.toThrow();
  });

  test('is cut in the middle of a compressed body in chunks', async () => {
    const sandbox = await startTestSandbox({ cutRate: 1, compress: 'gzip' });
    const [head, ...rest] = (await bytesOf(sandbox, path, 'GET', 'Accept-Encoding: gzip\r\n')).split(
      '\r\n\r\n',
    );
    expect(head).toMatch(/^Content-Encoding: gzip\r$[^]*^Transfer-Encoding: chunked$/m);
    const [, body = ''] = /^[0-9a-f]+\r\n([^]*)\r\n$/.exec(rest.join('\r\n\r\n')) ?? [];
    expect(body.slice(0, 2)).toBe('\x1f\x8b');
    expect(() => gunzipSync(Buffer.from(body, 'latin1'))).toThrow('unexpected end of file');
  });

  test('without a body has none to be cut', async () => {
    const sandbox = await startTestSandbox({ cutRate: 1 });
    const { status, headers } = await sandbox.send('/v2025/task-status/pending-tasks?count=true', {
      method: 'HEAD',
    });
    expect([status, Number(headers.get('x-total-count')) > 0]).toEqual([200, true]);
  });

  test('is followed by the end of its connection as the next call comes, which is witnessed', async () => {
    const sandbox = await startTestSandbox({ closeRate: 1, faultLimit: 1 });
    const { answer, text } = await askKept(sandbox);
    expect(answer.headers['connection']).toBe('keep-alive');
    expect(JSON.parse(text)).toHaveLength(3);
    expect(await codeOf(askKept(sandbox))).toBe('ECONNRESET');
    expect(sandbox.calls.map(({ status }) => status)).toEqual([200, 0]);
    expect(await askKept(sandbox)).toMatchObject({ reused: false });
    expect(await askKept(sandbox)).toMatchObject({ reused: true });
  });

  test('is followed by the end of its connection at once', async () => {
    const sandbox = await startTestSandbox({ closeRate: 1, closeWhen: 'answered' });
    const { answer } = await askKept(sandbox);
    expect(answer.headers['connection']).toBe('keep-alive');
    while (Object.keys(agent.freeSockets).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await askKept(sandbox)).toMatchObject({ reused: false });
    expect(sandbox.calls.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('A patch', () => {
  test.each([{ emptyRate: 1 }, { bomRate: 1 }, { repeatRate: 1 }, { trailerRate: 1 }, { closeRate: 1 }])(
    'is applied although %o',
    async (settings) => {
      const sandbox = await startTestSandbox({ tasks: 0, ...settings });
      sandbox.insert({ id: 'a' });
      expect((await sandbox.patch('a', clearing)).status).toBe(200);
      expect(sandbox.tasks()[0]?.completionStatus).toBe('ERROR');
    },
  );

  test('whose answer is cut is applied', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, cutRate: 1 });
    sandbox.insert({ id: 'a' });
    await expect(sandbox.patch('a', clearing)).rejects.toThrow();
    expect(sandbox.tasks()[0]?.completionStatus).toBe('ERROR');
  });

  test('that is answered by a page isn’t applied', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, pageRate: 1, pageStatus: 200 });
    sandbox.insert({ id: 'a' });
    expect((await sandbox.patch('a', clearing)).text).toContain('Sign in');
    expect(sandbox.tasks()[0]?.completionStatus).toBeNull();
  });
});
