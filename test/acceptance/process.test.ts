import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { address, killAll, run, runCommand, runIn, runNode, written, type Run } from '../support/process.js';

afterEach(killAll);

describe('the process', () => {
  test('serves from its sandbox without any setting, says so, and stops on SIGTERM with 0', async () => {
    const gateway = run({ PORT: '0' });
    const url = await address(gateway);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const reply = await ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    expect(reply.data.taskStatuses.nodes).toHaveLength(1);
    expect(reply.headers.get('x-upstream')).toBe('embedded-sandbox');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.exit).toBe(0);
    expect(gateway.err()).toContain('embedded sandbox');
  });

  test('makes no data up in production unless it is asked to, and says how', async () => {
    const unasked = run({ PORT: '0', NODE_ENV: 'production' });
    expect(await unasked.exit).toBe(1);
    expect(unasked.err()).toMatch(/^SAIL_BASE_URL must be .*SAIL_BASE_URL=sandbox.*\n$/);
    expect(unasked.out()).toBe('');
    const asked = run({ PORT: '0', NODE_ENV: 'production', SAIL_BASE_URL: 'sandbox' });
    const reply = await ask(await address(asked), '{ taskStatuses(limit: 1) { nodes { id } } }');
    expect(reply.headers.get('x-upstream')).toBe('embedded-sandbox');
    expect(asked.err()).toContain('NODE_ENV is production');
  });

  test('finishes operations in flight when it is told to stop', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '1000' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await inFlight(gateway);
    gateway.child.kill('SIGTERM');
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
  });

  test('says that it is not ready while it stops, to a request that was on its way', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '2000' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    const { socket, answer } = await open(url, 'GET /health/ready HTTP/1.1\r\nHost: x\r\n');
    await inFlight(gateway);
    gateway.child.kill('SIGTERM');
    await written(gateway, 'err', '"stopping"');
    socket.write('\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"draining"/);
    await expect(fetch(`${url}/health/ready`)).rejects.toThrow();
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
  });

  test('is not held up by connections that ask nothing, or never finish to ask', async () => {
    // It must exit long before the stop timeout. After that, it would exit with 1.
    const gateway = run({
      PORT: '0',
      SANDBOX_LATENCY_MS: '1000',
      STOP_TIMEOUT: '15s',
      REQUEST_TIMEOUT: '60s',
    });
    const url = await address(gateway);
    const post = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const others = await Promise.all(
      [
        '',
        '',
        'GET /health/ready HTTP/1.1\r\nHost: x\r\nX-',
        `${post}Content-Length: 100\r\n\r\n{`,
        `${post}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
        'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\n',
        'garbage\r\n\r\n',
      ].map((text) => open(url, text)),
    );
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await inFlight(gateway);
    gateway.child.kill('SIGTERM');
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
    const [silent, , head, body, chunks] = await Promise.all(others.map(({ answer }) => answer));
    expect(silent).toBe('');
    for (const answer of [head, body, chunks]) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  describe('obeys a signal before it is ready', () => {
    // If allowed, as the first process of a namespace: the kernel drops signals that such a process doesn't listen for.
    const first = ['unshare', '--pid', '--fork', '--mount-proc'];
    const isAllowed = spawnSync(first[0] ?? '', [...first.slice(1), 'true']).status === 0;
    const command = [...(isAllowed ? first : []), process.execPath];

    test.each([
      ['as soon as it listens for any', 'queueMicrotask(kill)'],
      ['while it loads', 'setTimeout(kill, 40)'],
      ['while it starts', 'setTimeout(kill, 150)'],
      ['at any time', 'setTimeout(kill, 100 + 900 * Math.random())'],
    ])('%s', async (_, when) => {
      for (const signal of ['SIGTERM', 'SIGINT']) {
        const script = `
          const kill = () => process.kill(process.pid, '${signal}');
          process.on('newListener', function begin(name) {
            if (name !== 'SIGINT') return;
            process.off('newListener', begin);
            ${when};
          });`;
        const gateway = runCommand(
          [...command, `--import=data:text/javascript,${encodeURIComponent(script)}`, 'dist/main.js'],
          { PORT: '0' },
        );
        expect([signal, await gateway.exit]).toEqual([signal, 0]);
        if (when.startsWith('queueMicrotask')) expect(gateway.out() + gateway.err()).toBe('');
      }
    });
  });

  test('doesn’t wait forever for operations in flight', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '60000', STOP_TIMEOUT: '1s' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await inFlight(gateway);
    gateway.child.kill('SIGTERM');
    await expect(reply).rejects.toThrow();
    expect(await gateway.exit).toBe(1);
    expect(gateway.err()).toContain('killed by timeout');
  });

  test.each([
    ['an error that nobody caught', 'throw new Error("by chance")'],
    ['a promise that nobody awaited', 'void Promise.reject(new Error("by chance"))'],
  ])('%s is logged, and ends it with 1 once operations in flight are finished', async (_, code) => {
    const script = `process.once('SIGWINCH', () => { ${code}; })`;
    const gateway = runNode(
      { PORT: '0', SANDBOX_LATENCY_MS: '1500' },
      `--import=data:text/javascript,${encodeURIComponent(script)}`,
      'dist/main.js',
    );
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await inFlight(gateway);
    gateway.child.kill('SIGWINCH');
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(1);
    expect(gateway.err()).toMatch(/"level":"fatal".*by chance.*ending on an unexpected error/);
  });

  test('reports every bad variable at once by name, and ends with 1', async () => {
    const gateway = run({
      PORT: '70000',
      HOST: 'not a host',
      SAIL_BASE_URL: 'https://tenant.api.identitynow.com/beta',
      SAIL_API_VERSION: 'v2023',
      SAIL_RATE_LIMIT: 'fast',
      LOG_LEVEL: 'loud',
      SANDBOX_SEED: 'x',
    });
    expect(await gateway.exit).toBe(1);
    const lines = gateway.err().trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(
      [
        'HOST',
        'LOG_LEVEL',
        'PORT',
        'SAIL_API_VERSION',
        'SAIL_BASE_URL',
        'SAIL_RATE_LIMIT',
        'SANDBOX_SEED',
      ].sort(),
    );
    expect(gateway.out()).toBe('');
  });

  test('tells of what is odd about its settings in the log, and what it understood, without secrets', async () => {
    const secret = 'hunter2-hunter2-hunter2';
    const gateway = run({
      PORT: '0',
      SAIL_CREDENTIALS: 'service',
      SAIL_CLIENT_ID: 'an-id',
      SAIL_CLIENT_SECRET: secret,
      API_KEYS: `${secret}-1,${secret}-2`,
      ROUTER_KEY: secret,
      SAIL_ANONYMOUS: 'on',
      SAIL_API_VERSON: 'v1',
      CLIENT_RATE_LIMIT: '20/1s',
      CORS_ORIGINS: 'https://app.example.com',
    });
    await address(gateway);
    const lines = gateway
      .err()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, 2)).toMatchObject([
      { level: 'warn', msg: 'SAIL_API_VERSON is no setting: did you mean SAIL_API_VERSION?' },
      { level: 'warn', msg: 'SAIL_ANONYMOUS has no effect: SAIL_CREDENTIALS is "service"' },
    ]);
    expect(lines.find(({ msg }) => msg === 'ready')).toMatchObject({
      sandbox: true,
      apiVersion: 'beta',
      credentials: 'service',
      rateLimit: '100/10s',
      production: false,
      apiKeys: 2,
      unauthenticated: false,
      upstreamConcurrency: 50,
      requestTimeoutMs: 10_000,
      lagLimitMs: 1000,
      fastPath: true,
      routerKey: true,
      persistedOperations: 'off',
      introspection: true,
      graphiql: true,
      corsOrigins: 1,
      clientRateLimit: '20/1s',
      batchLimit: 0,
      stopTimeoutMs: 20_000,
    });
    expect(gateway.err() + gateway.out()).not.toMatch(/hunter2|an-id/);
  });

  test('does not start in production with a slip in the name of a guard, unless that is allowed', async () => {
    const environment = { PORT: '0', NODE_ENV: 'production', SAIL_BASE_URL: 'sandbox', API_KEY: 'hunter2' };
    const refused = run(environment);
    expect(await refused.exit).toBe(1);
    expect(refused.err()).toMatch(/^API_KEY is no setting: did you mean API_KEYS\? .*\n$/);
    const allowed = run({ ...environment, ALLOW_UNKNOWN_SETTINGS: 'on' });
    await address(allowed);
    expect(allowed.err()).toContain('API_KEY is no setting');
    expect(refused.err() + allowed.err()).not.toContain('hunter2');
  });

  describe('with a .env', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    test('reads it as Windows writes it, and tells of lines that say nothing', async () => {
      const lines = ['PORT="0"', 'SAIL_API_VERSION=v1', 'API_KEYS hunter2', "LOG_LEVEL='debug'", ''];
      writeFileSync(join(folder, '.env'), `\ufeff${lines.join('\r\n')}`);
      const gateway = runIn(folder, { SAIL_API_VERSION: 'v2025' });
      expect((await fetch(`${await address(gateway)}/health/live`)).status).toBe(200);
      expect(gateway.err()).toContain('"level":"warn"');
      expect(gateway.err()).toContain('.env line 3 is no assignment');
      expect(gateway.err()).toContain('"apiVersion":"v2025"');
      expect(gateway.err()).not.toContain('hunter2');
      const sandbox = runIn(folder, { HOST: '127.0.0.1' }, 'sandbox');
      expect((await fetch(`${await address(sandbox)}/beta/task-status?limit=1`)).status).toBe(200);
      expect(sandbox.err()).toContain('.env line 3 is no assignment');
    });

    test('does not start if it can’t read that', async () => {
      mkdirSync(join(folder, '.env'));
      for (const command of [[], ['sandbox']]) {
        const gateway = runIn(folder, { PORT: '0' }, ...command);
        expect(await gateway.exit).toBe(1);
        expect(gateway.err()).toMatch(/^\.env must be a text file .*: EISDIR\n$/);
      }
    });
  });

  test('a port that is taken is told in one line, and ends it with 1', async () => {
    const first = run({ PORT: '0' });
    const { port } = new URL(await address(first));
    const second = run({ PORT: port });
    expect(await second.exit).toBe(1);
    expect(second.err()).toContain('EADDRINUSE');
  });

  test('prints its settings on --help, and starts nothing', async () => {
    const help = run({ SAIL_BASE_URL: 'no origin' }, '--help');
    expect(await help.exit).toBe(0);
    expect(help.out()).toContain('STOP_TIMEOUT (default: OPERATION_DEADLINE plus 5 s)');
    expect(help.err()).toBe('');
  });

  test('runs the sandbox alone, and helps', async () => {
    const sandbox = run({ PORT: '0' }, 'sandbox');
    const url = await address(sandbox);
    expect((await fetch(`${url}/beta/task-status?limit=1`)).status).toBe(200);
    sandbox.child.kill('SIGTERM');
    expect(await sandbox.exit).toBe(0);
    const help = run({}, 'sandbox', '--help');
    expect(await help.exit).toBe(0);
    expect(help.out()).toContain('SANDBOX_SEED');
  });
});

/** Opens a connection and sends a text. `answer` is all that comes back until the other side closes it. */
async function open(url: string, text: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  await once(socket, 'connect');
  socket.write(text);
  return {
    socket,
    answer: once(socket, 'end').then(
      () => answer,
      () => answer,
    ),
  };
}

/** Waits until a call has reached the gateway's sandbox. */
async function inFlight(gateway: Run): Promise<void> {
  await written(gateway, 'err', '"sandbox":"');
  const sandbox = /"sandbox":"([^"]+)"/.exec(gateway.err())?.[1] ?? '';
  for (let calls = 0; calls === 0;)
    ({ calls } = (await (await fetch(`${sandbox}/__sandbox/stats`)).json()) as { calls: number });
}
