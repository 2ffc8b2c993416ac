import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | null>;
}

/** The built gateway as a process, with these variables only. */
function run(env: Record<string, string>, ...args: string[]): Run {
  const child = spawn(process.execPath, ['dist/main.js', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  running.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return {
    child,
    out: () => out,
    err: () => err,
    exit: once(child, 'exit').then(([code]) => code as number | null),
  };
}

/** The origin that the process prints once it serves. */
async function address({ child, out, err }: Run): Promise<string> {
  while (!out().includes(' is ready: ')) {
    if (child.exitCode !== null) throw new Error(err());
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  }
  return new URL(/ready: (\S+)/.exec(out())?.[1] ?? '').origin;
}

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
