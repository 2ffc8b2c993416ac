import { beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { errorOf, update } from './core.js';
import { asking, startTlsFront, type GatewayProcess } from './fronts.js';
import { startNginx, until, type Server } from './servers.js';
import { useGateway, useTenant } from './tenant.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';

const tenant = useTenant();

describe('an nginx that is gone', () => {
  const gateway = useGateway(tenant);

  test('is UPSTREAM_UNAVAILABLE in words of ours, and served once it is back', async () => {
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    await tenant.nginx.stop();
    const read = await ask(gateway.url, LIST);
    const updated = await update(gateway.url, 'x');
    await tenant.nginx.start();
    expect(errorOf(read)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(errorOf(updated)).toEqual({ code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false });
    for (const { message } of [...read.errors, ...updated.errors]) {
      expect(message).toContain('could not be reached');
      expect(message).not.toMatch(/ECONN|connect|127\.0\.0\.1|localhost/);
    }
    expect(gateway.log()).toContain('ECONNREFUSED');
    await until(async () => (await ask(gateway.url, LIST)).errors.length === 0);
  });

  test('while an update is in flight leaves it unknown', async () => {
    const [id = ''] = tenant.pending();
    tenant.sandbox.configure({ latencyMs: 700 });
    tenant.sandbox.calls.length = 0;
    const updating = update(gateway.url, id);
    await until(() => tenant.sandbox.calls.length === 1);
    await tenant.nginx.stop();
    await tenant.nginx.start();
    expect(errorOf(await updating)).toEqual({ code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: true });
    // This one was applied, because the API already had it.
    await until(() => !tenant.pending().includes(id));
    tenant.sandbox.configure({ latencyMs: 0 });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
  });

  test('while nothing is in flight costs nobody anything', async () => {
    for (let turn = 0; turn < 3; turn++) {
      expect((await ask(gateway.url, LIST)).errors).toEqual([]);
      await tenant.nginx.stop();
      await tenant.nginx.start();
    }
    const [id = ''] = tenant.pending();
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
  // A separate nginx, to count its connections.
  let front: Server;
  beforeAll(async () => {
    front = await startTlsFront(tenant.sandbox.url, tenant.certificates.valid);
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
    // None is sent again.
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
    const unaware = await tenant.gatewayWith({
      SAIL_BASE_URL: `https://localhost:${front.port}`,
      NODE_EXTRA_CA_CERTS: '',
    });
    await refused(unaware, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', connectionsOf(front));
  });

  test('as it is for another name', async () => {
    await refused(
      await tenant.gatewayWith({ SAIL_BASE_URL: `https://127.0.0.1:${front.port}` }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
      connectionsOf(front),
    );
  });

  test('as its time is over', async () => {
    const late = await startTlsFront(tenant.sandbox.url, tenant.certificates.expired);
    await refused(
      await tenant.gatewayWith({ SAIL_BASE_URL: `https://localhost:${late.port}` }),
      'CERT_HAS_EXPIRED',
      connectionsOf(late),
    );
  });

  test('as it has no TLS at all', async () => {
    const plain = await startNginx((port) => `server { listen 127.0.0.1:${port}; }`);
    const reply = await ask(
      (await tenant.gatewayWith({ SAIL_BASE_URL: `https://localhost:${plain.port}` })).url,
      LIST,
    );
    expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(reply.errors[0]?.message).not.toMatch(/SSL|EPROTO|[A-Z]+_[A-Z]+/);
  });
});
