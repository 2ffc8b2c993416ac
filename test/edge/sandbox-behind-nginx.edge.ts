import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/index.js';
import { ask, NOON, type Reply } from '../support/pair.js';
import { makeCertificates, type Certificates } from './certificates.js';
import { acceptance, errorOf, update } from './core.js';
import { asking, type pages, startGatewayProcess, startTlsFront, type GatewayProcess } from './fronts.js';
import { requestsOf, scratch, startNginx, stopAll, until, type Server } from './servers.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const LOOKUP = '{ task: taskStatus(id: "x") { id } }';
const settings = { tasks: 900, rateLimit: 'off' };

let certificates: Certificates;
let sandbox: Sandbox;
let nginx: Server;
let gateway: GatewayProcess;

const gatewayOn = (port: number, host = 'localhost', more = {}): Promise<GatewayProcess> =>
  startGatewayProcess({
    SAIL_BASE_URL: `https://${host}:${port}`,
    NODE_EXTRA_CA_CERTS: certificates.authority,
    ...more,
  });

beforeAll(async () => {
  certificates = makeCertificates(scratch());
  sandbox = await startSandbox({ now: () => NOON, settings });
  nginx = await startTlsFront(sandbox.url, certificates.valid);
});
afterAll(async () => {
  await stopAll();
  await sandbox.stop();
});

/** A gateway for some tests alone: failures of theirs open nobody else’s circuit. */
function withGateway(): void {
  beforeAll(async () => {
    sandbox.reset();
    gateway = await gatewayOn(nginx.port);
  });
  afterAll(() => gateway.stop());
}

describe('with nginx in front of the API, over TLS,', () => {
  withGateway();
  acceptance(() => ({ sandbox, url: gateway.url }));

  test('a call that nobody waits for any longer has been given up', async () => {
    await until(() =>
      requestsOf(nginx).some(({ request, status }) => /limit=7/.test(request) && status === 499),
    );
  });

  test('rows, refusals and updates were read compressed, over connections that were kept', () => {
    const requests = requestsOf(nginx);
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
    expect(Math.max(...requests.map(({ requests: number }) => number))).toBe(20);
  });
});

describe('what nginx answers itself', () => {
  withGateway();
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
    const log = gateway.process.err();
    expect(log).toContain('403 Forbidden');
    expect(log).toContain('https://login.tenant.test/authorize');
    expect(log).not.toMatch(/hunter2|page-redirect/);
  });
});

describe('what nginx answers where it fails', () => {
  withGateway();

  test.each([
    ['badGateway', 502, 'UPSTREAM_UNAVAILABLE'],
    ['unavailable', 503, 'UPSTREAM_UNAVAILABLE'],
    ['timeout', 504, 'UPSTREAM_TIMEOUT'],
    ['unknown', 520, 'UPSTREAM_UNAVAILABLE'],
  ] as const)('keeps its code: %s', async (page, status, code) => {
    const before = requestsOf(nginx).length;
    const reply = await ask(gateway.url, LIST, {}, asking(page));
    expect(errorOf(reply)).toEqual({ code });
    expect(reply.errors[0]?.extensions['upstream']).toMatchObject({ status });
    expect(JSON.stringify(reply.errors)).not.toMatch(/<|nginx/);
    // A read is tried three times.
    expect(requestsOf(nginx)).toHaveLength(before + 3);
    expect(errorOf(await update(gateway.url, 'x', asking(page)))).toEqual({ code, mayBeApplied: true });
    expect(requestsOf(nginx)).toHaveLength(before + 4);
  });
});

describe('an API that fails behind nginx', () => {
  withGateway();

  test('is UPSTREAM_TIMEOUT where it takes longer than nginx waits', async () => {
    sandbox.configure({ latencyMs: 2_500 });
    const [id = ''] = pending();
    expect(errorOf(await update(gateway.url, id))).toEqual({ code: 'UPSTREAM_TIMEOUT', mayBeApplied: true });
    sandbox.configure({ latencyMs: 0 });
  });

  test('is UPSTREAM_UNAVAILABLE where it is down, and served once it is back', async () => {
    const port = Number(new URL(sandbox.url).port);
    await sandbox.stop();
    const read = await ask(gateway.url, LIST);
    expect(errorOf(read)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(read.errors[0]?.extensions['upstream']).toMatchObject({ status: 502 });
    expect(errorOf(await update(gateway.url, 'x'))).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
      mayBeApplied: true,
    });
    sandbox = await startSandbox({ now: () => NOON, settings, port });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });

  test('cut off in the middle of a body is not half an answer', async () => {
    sandbox.configure({ cutRate: 1, faultOperations: ['getTaskStatusList'] });
    expect(errorOf(await ask(gateway.url, LIST))).toEqual({ code: 'UPSTREAM_BAD_RESPONSE' });
    sandbox.configure({ cutRate: 0 });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });
});

describe('an nginx that is gone', () => {
  withGateway();

  test('is UPSTREAM_UNAVAILABLE in words of ours, and served once it is back', async () => {
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    await nginx.stop();
    const read = await ask(gateway.url, LIST);
    const updated = await update(gateway.url, 'x');
    await nginx.start();
    expect(errorOf(read)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(errorOf(updated)).toEqual({ code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false });
    for (const { message } of [...read.errors, ...updated.errors]) {
      expect(message).toContain('could not be reached');
      expect(message).not.toMatch(/ECONN|connect|127\.0\.0\.1|localhost/);
    }
    expect(gateway.process.err()).toContain('ECONNREFUSED');
    await until(async () => (await ask(gateway.url, LIST)).errors.length === 0);
  });

  test('while an update is in flight leaves it unknown', async () => {
    const [id = ''] = pending();
    sandbox.configure({ latencyMs: 700 });
    sandbox.calls.length = 0;
    const updating = update(gateway.url, id);
    await until(() => sandbox.calls.length === 1);
    await nginx.stop();
    await nginx.start();
    expect(errorOf(await updating)).toEqual({ code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: true });
    sandbox.configure({ latencyMs: 0 });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });

  test('while nothing is in flight costs nobody anything', async () => {
    for (let turn = 0; turn < 3; turn++) {
      expect((await ask(gateway.url, LIST)).errors).toEqual([]);
      await nginx.stop();
      await nginx.start();
    }
    const [id = ''] = pending();
    expect((await update(gateway.url, id)).errors).toEqual([]);
  });

  test('that closes a connection without a word is unavailable, and an update unknown', async () => {
    expect(errorOf(await ask(gateway.url, LIST, {}, asking('closed')))).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
    });
    expect(errorOf(await update(gateway.url, 'x', asking('closed')))).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
      mayBeApplied: true,
    });
  });
});

describe('a certificate that is not trusted', () => {
  // One of its own, to count connections by.
  let front: Server;
  beforeAll(async () => {
    front = await startTlsFront(sandbox.url, certificates.valid);
  });
  const refused = async (
    gateway: GatewayProcess,
    reason: string,
    connections: () => number,
  ): Promise<void> => {
    const before = connections();
    const replies = [
      await ask(gateway.url, LIST),
      await ask(gateway.url, LIST),
      await update(gateway.url, 'x'),
    ];
    await until(() => connections() >= before + 3);
    expect(replies.map(errorOf)).toEqual([
      { code: 'UPSTREAM_UNAVAILABLE' },
      { code: 'UPSTREAM_UNAVAILABLE' },
      { code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false },
    ]);
    for (const { errors } of replies) {
      expect(errors[0]?.message).toContain('could not be reached');
      expect(errors[0]?.message).not.toMatch(/again|later|[A-Z]+_[A-Z]+|127\.0\.0\.1|localhost/);
    }
    // Neither is sent again.
    expect(connections()).toBe(before + 3);
    const lines = gateway.process
      .err()
      .split('\n')
      .filter((line) => line.includes(reason));
    expect(lines).toHaveLength(1);
    await gateway.stop();
  };
  const connectionsOf = (server: Server) => (): number =>
    new Set([...server.read('error.log').matchAll(/ \*(\d+) /g)].map(([, number]) => number)).size;

  test('as it is signed by an authority that the gateway doesn’t know', async () => {
    const unaware = await gatewayOn(front.port, 'localhost', { NODE_EXTRA_CA_CERTS: '' });
    await refused(unaware, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', connectionsOf(front));
  });

  test('as it is for another name', async () => {
    await refused(
      await gatewayOn(front.port, '127.0.0.1'),
      'ERR_TLS_CERT_ALTNAME_INVALID',
      connectionsOf(front),
    );
  });

  test('as its time is over', async () => {
    const late = await startTlsFront(sandbox.url, certificates.expired);
    await refused(await gatewayOn(late.port), 'CERT_HAS_EXPIRED', connectionsOf(late));
  });

  test('or no TLS at all', async () => {
    const plain = await startNginx((port) => `server { listen 127.0.0.1:${port}; }`);
    const reply = await ask((await gatewayOn(plain.port)).url, LIST);
    expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(reply.errors[0]?.message).not.toMatch(/SSL|EPROTO|[A-Z]+_[A-Z]+/);
  });
});

function pending(): string[] {
  return sandbox
    .tasks()
    .filter(({ completionStatus }) => completionStatus === null)
    .map(({ id }) => id);
}
