import { request, type IncomingHttpHeaders } from 'node:http';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { acceptance } from './core.js';
import { startPlainFront, type GatewayProcess } from './fronts.js';
import { requestsOf, until, type Server } from './servers.js';
import { useTenant } from './tenant.js';

const tenant = useTenant();
let gateway: GatewayProcess;
let front: Server;
let url: string;
beforeAll(async () => {
  gateway = await tenant.gatewayWith();
  front = await startPlainFront(gateway.url);
  url = `http://127.0.0.1:${front.port}`;
});

/** Returns the headers and the size of an answer, without decoding it. */
function raw(
  acceptEncoding: string,
  query: string,
): Promise<{ headers: IncomingHttpHeaders; bytes: number }> {
  const headers = { 'content-type': 'application/json', 'accept-encoding': acceptEncoding };
  return new Promise((resolve, reject) => {
    request(`${url}/graphql`, { method: 'POST', headers, agent: false }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => {
        resolve({ headers: answer.headers, bytes });
      });
    })
      .on('error', reject)
      .end(JSON.stringify({ query }));
  });
}

describe('with nginx in front of the gateway too,', () => {
  acceptance(() => ({ sandbox: tenant.sandbox, url }));

  test('a client that went away was given up all the way', async () => {
    const hasNoWaiters = ({ status }: { status: number }): boolean => status === 499;
    await until(() => requestsOf(front).some(hasNoWaiters) && requestsOf(tenant.nginx).some(hasNoWaiters));
  });

  test.each(['gzip', 'br'])('an answer is compressed once: %s', async (coding) => {
    const query = '{ taskStatuses(limit: 250) { nodes { id uniqueName attributes } } }';
    const plain = await raw('identity', query);
    const { headers, bytes } = await raw(coding, query);
    expect([plain.headers['content-encoding'], headers['content-encoding']]).toEqual([undefined, coding]);
    expect(bytes).toBeLessThan(plain.bytes / 3);
    expect(headers['vary']?.toLowerCase()).toContain('accept-encoding');
  });

  test('a long request passes, and GraphiQL is served', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(32, '0'));
    const query = `query ($ids: [ID!]!) { taskStatuses(filter: { id: { in: $ids } }) { nodes { id } } } #${' '.repeat(300_000)}`;
    expect((await ask(url, query, { ids })).errors).toEqual([]);
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('what a client says of where it comes from changes nothing', async () => {
    const forged = {
      'x-forwarded-for': '10.0.0.1, 10.0.0.2',
      'x-forwarded-host': 'forged.test',
      'x-forwarded-proto': 'gopher',
      forwarded: 'for=forged.test',
    };
    const { headers, data, errors } = await ask(
      url,
      '{ taskStatuses(limit: 1) { nodes { id } } }',
      {},
      forged,
    );
    expect(errors).toEqual([]);
    expect(JSON.stringify([data, [...headers]])).not.toContain('forged');
    const sent = tenant.sandbox.calls.at(-1)?.headers ?? {};
    expect(JSON.stringify(sent)).not.toMatch(/forged|10\.0\.0/);
  });

  test('a stop loses nothing that is in flight; then nginx says that nobody is there', async () => {
    tenant.sandbox.configure({ latencyMs: 500 });
    tenant.sandbox.calls.length = 0;
    const asked = Array.from({ length: 20 }, (_, index) =>
      ask(url, `{ taskStatuses(limit: 1, offset: ${index}) { nodes { id } } }`),
    );
    await until(() => tenant.sandbox.calls.length === 20);
    const [replies] = await Promise.all([Promise.all(asked), gateway.stop()]);
    expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
    expect((await fetch(`${url}/health/ready`)).status).toBe(502);
  });
});
