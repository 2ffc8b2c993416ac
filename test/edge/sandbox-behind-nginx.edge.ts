import { describe, expect, test } from '@jest/globals';
import { ask, type Reply } from '../support/pair.js';
import { acceptance, errorOf, update } from './core.js';
import { asking, type pages } from './fronts.js';
import { requestsOf, until } from './servers.js';
import { useGateway, useTenant } from './tenant.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const LOOKUP = '{ task: taskStatus(id: "x") { id } }';

const tenant = useTenant();

describe('with nginx in front of the API, over TLS,', () => {
  const gateway = useGateway(tenant);
  acceptance(() => ({ sandbox: tenant.sandbox, url: gateway.url }));

  test('a call that nobody waits for any longer has been given up', async () => {
    await until(() =>
      requestsOf(tenant.nginx).some(({ request, status }) => /limit=7/.test(request) && status === 499),
    );
  });

  test('rows, refusals and updates are read compressed over kept connections', () => {
    const requests = requestsOf(tenant.nginx);
    const compressed = requests
      .filter(({ coding }) => coding === 'gzip')
      .map(({ request, status }) => [request.split(' ')[0], status]);
    for (const expected of [
      ['GET', 200],
      ['GET', 403],
      ['GET', 404],
      ['PATCH', 200],
    ])
      expect(compressed).toContainEqual(expected);
    const connections = new Set(requests.map(({ connection }) => connection));
    expect(connections.size).toBeLessThan(requests.length / 2);
  });

  test('no answer is lost when nginx ends a connection after twenty requests', async () => {
    for (let turn = 0; turn < 25; turn++) expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    expect(Math.max(...requestsOf(tenant.nginx).map(({ requests }) => requests))).toBe(20);
  });
});

describe('what nginx answers itself', () => {
  const gateway = useGateway(tenant);
  const read = (query: string, page: keyof typeof pages): Promise<Reply> =>
    ask(gateway.url, query, {}, asking(page));
  const secretive = (reply: Reply): void => {
    expect(JSON.stringify(reply.errors)).not.toMatch(/<|nginx|hunter2|page-|127\.0\.0\.1|localhost/);
  };

  test.each([
    ['forbidden', 403],
    ['missing', 404],
    ['unauthorized', 401],
    ['signIn', 200],
    ['redirect', 302],
    ['moved', 308],
  ] as const)('is no answer of the API’s: %s', async (page, status) => {
    for (const query of [LIST, LOOKUP]) {
      const reply = await read(query, page);
      expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_BAD_RESPONSE' });
      expect(reply.errors[0]?.extensions['upstream']).toMatchObject({ status });
      expect(reply.errors[0]?.message).not.toMatch(/token|sign in again|no such task/i);
      secretive(reply);
    }
    const updated = await update(gateway.url, 'x', asking(page));
    expect(updated.data).toEqual({ updateTaskStatus: null });
    expect(errorOf(updated)).toEqual({ code: 'UPSTREAM_BAD_RESPONSE', mayBeApplied: true });
    secretive(updated);
  });

  test('is a limit where it is 429, in HTML too', async () => {
    const reply = await read(LIST, 'limited');
    expect(errorOf(reply)).toEqual({ code: 'RATE_LIMITED' });
    expect(reply.errors[0]?.extensions['upstream']).toMatchObject({
      status: 429,
      retryAfterSeconds: expect.any(Number),
    });
    expect(errorOf(await update(gateway.url, 'x', asking('limited')))).toEqual({
      code: 'RATE_LIMITED',
      mayBeApplied: false,
    });
  });

  test('is in the log: how the page begins, and where a redirect leads, without its query', () => {
    const log = gateway.log();
    expect(log).toContain('403 Forbidden');
    expect(log).toContain('https://login.tenant.test/authorize');
    expect(log).not.toMatch(/hunter2|page-redirect/);
  });
});

describe('what nginx answers where it fails', () => {
  const gateway = useGateway(tenant);

  test.each([
    ['badGateway', 502, 'UPSTREAM_UNAVAILABLE'],
    ['unavailable', 503, 'UPSTREAM_UNAVAILABLE'],
    ['timeout', 504, 'UPSTREAM_TIMEOUT'],
    ['unknown', 520, 'UPSTREAM_UNAVAILABLE'],
  ] as const)('keeps its code: %s', async (page, status, code) => {
    const before = requestsOf(tenant.nginx).length;
    const reply = await ask(gateway.url, LIST, {}, asking(page));
    expect(errorOf(reply)).toEqual({ code });
    expect(reply.errors[0]?.extensions['upstream']).toMatchObject({ status });
    expect(JSON.stringify(reply.errors)).not.toMatch(/<|nginx/);
    // A read is tried three times.
    expect(requestsOf(tenant.nginx)).toHaveLength(before + 3);
    expect(errorOf(await update(gateway.url, 'x', asking(page)))).toEqual({ code, mayBeApplied: true });
    expect(requestsOf(tenant.nginx)).toHaveLength(before + 4);
  });
});

describe('an API that fails behind nginx', () => {
  const gateway = useGateway(tenant);

  test('is UPSTREAM_TIMEOUT where it takes longer than nginx waits', async () => {
    tenant.sandbox.configure({ latencyMs: 2_500 });
    const [id = ''] = tenant.pending();
    expect(errorOf(await update(gateway.url, id))).toEqual({ code: 'UPSTREAM_TIMEOUT', mayBeApplied: true });
    tenant.sandbox.configure({ latencyMs: 0 });
  });

  test('is UPSTREAM_UNAVAILABLE where it is down, and served once it is back', async () => {
    const port = Number(new URL(tenant.sandbox.url).port);
    await tenant.sandbox.stop();
    const read = await ask(gateway.url, LIST);
    expect(errorOf(read)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(read.errors[0]?.extensions['upstream']).toMatchObject({ status: 502 });
    expect(errorOf(await update(gateway.url, 'x'))).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
      mayBeApplied: true,
    });
    await tenant.startSandbox(port);
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });

  test('cut off in the middle of a body is not half an answer', async () => {
    tenant.sandbox.configure({ cutRate: 1, faultOperations: ['getTaskStatusList'] });
    expect(errorOf(await ask(gateway.url, LIST))).toEqual({ code: 'UPSTREAM_BAD_RESPONSE' });
    tenant.sandbox.configure({ cutRate: 0 });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });
});
