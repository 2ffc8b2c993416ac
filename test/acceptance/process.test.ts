import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { address, killAll, run, runNode } from '../support/process.js';

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

  test('starts with the sandbox in production too, and warns of it', async () => {
    const gateway = run({ PORT: '0', NODE_ENV: 'production' });
    await address(gateway);
    expect(gateway.err()).toContain('NODE_ENV is production');
  });

  test('finishes what is under way when it is told to stop', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '400' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await new Promise((resolve) => setTimeout(resolve, 150));
    gateway.child.kill('SIGTERM');
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
  });

  test('says that it is not ready while it stops', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '2000' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    // A connection with a request that is not complete: a stop leaves it open.
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.write('GET /health/ready HTTP/1.1\r\nHost: x\r\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    gateway.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(fetch(`${url}/health/ready`)).rejects.toThrow();
    socket.write('\r\n');
    expect((await reply).data.taskStatuses.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
    expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"draining"/);
  });

  test('doesn’t wait without an end for what is under way', async () => {
    const gateway = run({ PORT: '0', SANDBOX_LATENCY_MS: '60000', STOP_SECONDS: '1' });
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await new Promise((resolve) => setTimeout(resolve, 500));
    gateway.child.kill('SIGTERM');
    await expect(reply).rejects.toThrow();
    expect(await gateway.exit).toBe(1);
    expect(gateway.err()).toContain('killed by timeout');
  });

  test.each([
    ['an error that nobody caught', 'throw new Error("by chance")'],
    ['a promise that nobody awaited', 'void Promise.reject(new Error("by chance"))'],
  ])('%s is logged, and ends it with 1 once what is under way is finished', async (_, code) => {
    const script = `process.once('SIGWINCH', () => { ${code}; })`;
    const gateway = runNode(
      { PORT: '0', SANDBOX_LATENCY_MS: '1500' },
      `--import=data:text/javascript,${encodeURIComponent(script)}`,
      'dist/main.js',
    );
    const url = await address(gateway);
    const reply = ask(url, '{ taskStatuses(limit: 1) { nodes { id } } }');
    await new Promise((resolve) => setTimeout(resolve, 500));
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

  test('a port that is taken is told in one line, and ends it with 1', async () => {
    const first = run({ PORT: '0' });
    const { port } = new URL(await address(first));
    const second = run({ PORT: port });
    expect(await second.exit).toBe(1);
    expect(second.err()).toContain('EADDRINUSE');
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
