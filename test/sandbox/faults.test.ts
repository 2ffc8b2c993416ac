import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { clearing, startTestSandbox } from './sandbox-fixture.js';

const path = '/beta/task-status?limit=3';

describe('By switch, a call', () => {
  test('is answered with a server error, in the vendor’s words', async () => {
    const sandbox = await startTestSandbox({ errorRate: 1 });
    const { status, json, headers } = await sandbox.send(path);
    expect(status).toBe(500);
    expect(json).toEqual({
      detailCode: '500.0 Internal Fault',
      trackingId: headers.get('slpt-request-id'),
      messages: [{ locale: 'en-US', localeOrigin: 'DEFAULT', text: 'An internal fault occurred.' }],
    });
  });

  test.each([400, 401, 403, 404, 429, 501, 503, 504])('is answered with %i', async (errorStatus) => {
    const sandbox = await startTestSandbox({ errorRate: 1, errorStatus });
    expect((await sandbox.send(path)).status).toBe(errorStatus);
  });

  test('is answered with a proxy’s page', async () => {
    const sandbox = await startTestSandbox({ htmlRate: 1 });
    const { status, text, headers } = await sandbox.send(path);
    expect([status, headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(text).toContain('<h1>502 Bad Gateway</h1>');
  });

  test('is answered with half of the JSON', async () => {
    const sandbox = await startTestSandbox();
    const { text } = await sandbox.send(path);
    sandbox.configure({ truncateRate: 1 });
    const half = await sandbox.send(path);
    expect(half.status).toBe(200);
    expect(half.json).toBeUndefined();
    expect(half.text).toBe(text.slice(0, Math.floor(text.length / 2)));
  });

  test('loses its connection, and is kept with status 0', async () => {
    const sandbox = await startTestSandbox({ dropRate: 1 });
    await expect(sandbox.send(path)).rejects.toThrow();
    expect(sandbox.calls).toMatchObject([{ operation: 'getTaskStatusList', status: 0 }]);
  });

  test('is refused as expired although its token is good', async () => {
    const sandbox = await startTestSandbox({ expiredRate: 1 });
    const { status, json } = await sandbox.send(path, {
      headers: { Authorization: `Bearer ${sandbox.token()}` },
    });
    expect([status, json]).toEqual([401, { error: 'JWT validation failed: JWT is expired' }]);
  });

  test('is redirected to where a witness waits', async () => {
    const sandbox = await startTestSandbox({ redirectRate: 1 });
    const { status, headers } = await sandbox.send(path);
    expect([status, headers.get('location')]).toEqual([302, `${sandbox.url}/redirected`]);
  });

  test('is answered with more than a client should swallow', async () => {
    const sandbox = await startTestSandbox({ oversizeRate: 1, oversizeBytes: 3_000_000 });
    const { text, json } = await sandbox.send<SandboxTask[]>(path);
    expect(text.length).toBeGreaterThanOrEqual(3_000_000);
    expect(json).toHaveLength(3);
  });

  test('is held back for a time within the spread', async () => {
    const sandbox = await startTestSandbox({ latencyMs: 20, latencySpreadMs: 10 });
    const before = performance.now();
    await sandbox.send(path);
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
  });

  test('falls into a burst of 429', async () => {
    const sandbox = await startTestSandbox({ burst: '2/5', burstRetryAfter: 3 });
    const seen: number[] = [];
    for (let call = 0; call < 10; call++) seen.push((await sandbox.send(path)).status);
    expect(seen).toEqual([429, 429, 200, 200, 200, 429, 429, 200, 200, 200]);
    sandbox.configure({ burst: '1/1' });
    expect((await sandbox.send(path)).headers.get('retry-after')).toBe('3');
  });

  test('finds pages shifted by new tasks', async () => {
    const sandbox = await startTestSandbox({ insertEvery: 2, insertRows: 2 });
    const page = async (): Promise<string[]> =>
      (await sandbox.send<SandboxTask[]>('/task-status/v1?limit=20')).json.map(({ id }) => id);
    const [first, second, third] = [await page(), await page(), await page()];
    expect(second.slice(2)).toEqual(first.slice(0, -2));
    expect(third).toEqual(second);
    expect(sandbox.tasks()).toHaveLength(402);
    const added = sandbox.tasks().filter(({ id }) => second.slice(0, 2).includes(id));
    expect(added.map(({ completionStatus }) => completionStatus === null).sort()).toEqual([false, true]);
  });
});

describe('Faults', () => {
  test('are the same under the same seed, and others under another', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const sandbox = await startTestSandbox({ seed, errorRate: 0.3, htmlRate: 0.3, tasks: 10 });
      const seen: number[] = [];
      for (let call = 0; call < 40; call++) seen.push((await sandbox.send(path)).status);
      return seen;
    };
    const [once, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(new Set(once)).toEqual(new Set([200, 500, 502]));
  });

  test('end after their limit, until the settings change again', async () => {
    const sandbox = await startTestSandbox({ errorRate: 1, errorStatus: 503, faultLimit: 2 });
    const three = async (): Promise<number[]> => [
      (await sandbox.send(path)).status,
      (await sandbox.send(path)).status,
      (await sandbox.send(path)).status,
    ];
    expect(await three()).toEqual([503, 503, 200]);
    sandbox.configure({ faultLimit: 1 });
    expect(await three()).toEqual([503, 200, 200]);
  });

  test('spare the token endpoint, and other operations than those named', async () => {
    const sandbox = await startTestSandbox({ errorRate: 1 });
    expect((await sandbox.send('/oauth/info')).status).toBe(200);
    sandbox.configure({ faultOperations: ['getTaskStatus', 'oauthInfo'] });
    expect((await sandbox.send(path)).status).toBe(200);
    expect((await sandbox.send('/beta/task-status/x')).status).toBe(500);
    expect((await sandbox.send('/oauth/info')).status).toBe(500);
  });

  test('that spoil the answer to a patch leave it applied; those instead of one don’t apply it', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, truncateRate: 1 });
    const { id } = sandbox.insert({ id: 'a' });
    await sandbox.patch(id, clearing);
    expect(sandbox.tasks()[0]?.completionStatus).toBe('ERROR');
    sandbox.configure({ truncateRate: 0, errorRate: 1 });
    sandbox.insert({ id: 'a' });
    await sandbox.patch(id, clearing);
    expect(sandbox.tasks()[0]?.completionStatus).toBeNull();
  });
});
