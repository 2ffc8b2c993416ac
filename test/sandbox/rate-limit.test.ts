import { describe, expect, test } from '@jest/globals';
import { type TestSandbox, startTestSandbox } from './sandbox-fixture.js';

async function statuses(
  sandbox: TestSandbox,
  times: number,
  path = '/beta/task-status?limit=1',
  token = '',
): Promise<number[]> {
  const seen: number[] = [];
  for (let call = 0; call < times; call++) {
    seen.push(
      (await sandbox.send(path, token === '' ? {} : { headers: { Authorization: `Bearer ${token}` } }))
        .status,
    );
  }
  return seen;
}

describe('The rate limit', () => {
  test('is 100 calls in 10 seconds unless set otherwise', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, rateLimit: '100/10s' });
    expect(new Set(await statuses(sandbox, 100))).toEqual(new Set([200]));
    const { status, text, headers } = await sandbox.send('/beta/task-status');
    expect([status, text]).toEqual([429, '{"message":" Rate Limit Exceeded "}']);
    expect(headers.get('retry-after')).toBe('10');
    expect(headers.get('slpt-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('lets the next call through after Retry-After', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, rateLimit: '2/10s' });
    await statuses(sandbox, 1);
    sandbox.clock.now += 3500;
    expect(await statuses(sandbox, 2)).toEqual([200, 429]);
    expect((await sandbox.send('/beta/task-status')).headers.get('retry-after')).toBe('7');
    sandbox.clock.now += 7000;
    expect(await statuses(sandbox, 2)).toEqual([200, 429]);
  });

  test('frees all calls at once when its window is fixed', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, rateLimit: '2/10s', rateWindow: 'fixed' });
    await statuses(sandbox, 1);
    sandbox.clock.now += 9000;
    expect(await statuses(sandbox, 2)).toEqual([200, 429]);
    sandbox.clock.now += 1000;
    expect(await statuses(sandbox, 3)).toEqual([200, 200, 429]);
  });

  test('counts each client id and each version on its own, for any token', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, rateLimit: '1/10s' });
    expect(await statuses(sandbox, 2, undefined, sandbox.token({ marker: 'ada' }))).toEqual([200, 429]);
    expect(await statuses(sandbox, 1, undefined, sandbox.token({ marker: 'bob' }))).toEqual([429]);
    expect(await statuses(sandbox, 2, undefined, sandbox.token({ clientId: 'other' }))).toEqual([200, 429]);
    expect(await statuses(sandbox, 2, '/task-status/v1')).toEqual([200, 429]);
  });

  test('doesn’t count calls that aren’t let in, nor those for a token', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, rateLimit: '1/10s' });
    expect(await statuses(sandbox, 2, undefined, 'wrong')).toEqual([401, 401]);
    expect(await statuses(sandbox, 3, '/oauth/info')).toEqual([200, 200, 200]);
    expect(await statuses(sandbox, 2)).toEqual([200, 429]);
  });
});
