import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/index.js';
import { ask, NOON } from '../support/pair.js';
import { makeCertificates, TENANT, type Certificates } from './certificates.js';
import { acceptance, errorOf, update } from './core.js';
import { startGatewayProcess, startTlsFront, type GatewayProcess } from './fronts.js';
import { freePort, scratch, startSquid, stopAll, until, type Server } from './servers.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const USER = 'proxy-user';
const PASSWORD = 'hunter2-hunter2';

let certificates: Certificates;
let sandbox: Sandbox;
let nginx: Server;
let proxy: Server;
let proxyUrl: string;

beforeAll(async () => {
  certificates = makeCertificates(scratch());
  sandbox = await startSandbox({ now: () => NOON, settings: { tasks: 900, rateLimit: 'off' } });
  nginx = await startTlsFront(sandbox.url, certificates.valid);
  proxy = await startSquid([TENANT], 'acl refused dstdomain refused.test\nhttp_access deny refused');
  proxyUrl = `http://127.0.0.1:${proxy.port}`;
});
afterAll(async () => {
  await stopAll();
  await sandbox.stop();
});

const overTls = (host = TENANT): string => `https://${host}:${nginx.port}`;
const plain = (host = TENANT): string => `http://${host}:${new URL(sandbox.url).port}`;
const gatewayWith = (environment: Record<string, string>): Promise<GatewayProcess> =>
  startGatewayProcess({ NODE_EXTRA_CA_CERTS: certificates.authority, ...environment });

/** The lines that a proxy logged since `from`, as method and target each. */
const logged = (server: Server, from = ''): string[] =>
  [
    ...server
      .read('access.log')
      .slice(from.length)
      .matchAll(/ TCP_\w+\/\d+ \d+ ([A-Z]+ \S+)/g),
  ].map(([, line = '']) => line);

describe('by a forward proxy that alone knows the tenant’s address,', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY: proxyUrl });
  });
  afterAll(async () => {
    await gateway.stop();
    // A tunnel is logged when it ends. All that passed through them: tunnels are kept.
    await until(() => logged(proxy).length > 0);
    expect(new Set(logged(proxy))).toEqual(new Set([`CONNECT ${TENANT}:${nginx.port}`]));
  });
  acceptance(() => ({ sandbox, url: gateway.url }));
});

describe('the way out', () => {
  let before: string;
  beforeEach(() => {
    sandbox.reset();
    before = proxy.read('access.log');
  });

  test('of https is a tunnel by lower case too', async () => {
    const gateway = await gatewayWith({ SAIL_BASE_URL: overTls(), https_proxy: proxyUrl });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    await gateway.stop();
    await until(() => logged(proxy, before).length === 1);
    expect(logged(proxy, before)).toEqual([`CONNECT ${TENANT}:${nginx.port}`]);
  });

  test('of http is the proxy itself by lower case too, for updates and reads', async () => {
    const gateway = await gatewayWith({ SAIL_BASE_URL: plain(), http_proxy: proxyUrl });
    const id = sandbox.tasks().find(({ completionStatus }) => completionStatus === null)?.id ?? '';
    expect((await update(gateway.url, id)).errors).toEqual([]);
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    await gateway.stop();
    await until(() => logged(proxy, before).length === 2);
    expect(logged(proxy, before)).toEqual([
      `PATCH ${plain()}/beta/task-status/${id}`,
      expect.stringContaining(`GET ${plain()}/beta/task-status?`),
    ]);
  });

  test('of tokens is the same', async () => {
    const gateway = await gatewayWith({
      SAIL_BASE_URL: plain(),
      HTTP_PROXY: proxyUrl,
      SAIL_CREDENTIALS: 'service',
      SAIL_CLIENT_ID: 'sandbox-application',
      SAIL_CLIENT_SECRET: 'sandbox',
      API_KEYS: 'a-key-of-the-frontend',
    });
    const reply = await ask(gateway.url, LIST, {}, { 'x-api-key': 'a-key-of-the-frontend' });
    expect(reply.errors).toEqual([]);
    await gateway.stop();
    await until(() => logged(proxy, before).length === 2);
    expect(logged(proxy, before)).toEqual([
      `POST ${plain()}/oauth/token`,
      expect.stringContaining(`GET ${plain()}/beta/task-status?`),
    ]);
  });

  test.each([
    ['NO_PROXY', `other.example,${TENANT}`],
    ['no_proxy', '.test'],
  ])('is direct by %s=%s, where the name is unknown', async (name, value) => {
    const gateway = await gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY: proxyUrl, [name]: value });
    const reply = await ask(gateway.url, LIST);
    expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(reply.errors[0]?.message).not.toMatch(/ENOTFOUND|EAI_AGAIN|tenant/);
    await gateway.stop();
    expect(logged(proxy, before)).toEqual([]);
    expect(gateway.process.err()).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('is direct to this machine, and to the embedded sandbox', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const environment = {
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      https_proxy: nowhere,
      http_proxy: nowhere,
    };
    const origins = [overTls('localhost'), plain('127.0.0.1'), ''];
    for (const SAIL_BASE_URL of origins) {
      const gateway = await gatewayWith({ SAIL_BASE_URL, ...environment });
      expect((await ask(gateway.url, LIST)).errors).toEqual([]);
      await gateway.stop();
    }
  });
});

describe('a forward proxy', () => {
  test.each([
    ['https', (): string => `https://refused.test:${nginx.port}`],
    ['http', (): string => 'http://refused.test:8080'],
  ])('that refuses %s is not taken for SailPoint', async (_, origin) => {
    const gateway = await gatewayWith({
      SAIL_BASE_URL: origin(),
      HTTPS_PROXY: proxyUrl,
      HTTP_PROXY: proxyUrl,
    });
    for (const query of [LIST, '{ task: taskStatus(id: "x") { id } }']) {
      const reply = await ask(gateway.url, query);
      expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_BAD_RESPONSE' });
      expect(reply.errors[0]?.message).not.toMatch(/token|squid|</i);
    }
    await gateway.stop();
  });

  test('that is not there is UPSTREAM_UNAVAILABLE, and the reason is in the log', async () => {
    const nowhere = `http://${USER}:${PASSWORD}@127.0.0.1:${await freePort()}`;
    const gateway = await gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY: nowhere });
    const replies = [await ask(gateway.url, LIST), await update(gateway.url, 'x')];
    expect(replies.map(errorOf)).toEqual([
      { code: 'UPSTREAM_UNAVAILABLE' },
      { code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false },
    ]);
    await gateway.stop();
    expect(gateway.process.err()).toContain('ECONNREFUSED');
    expect(JSON.stringify(replies) + gateway.process.out() + gateway.process.err()).not.toContain(PASSWORD);
  });

  test('that asks for a password gets the one of its URL', async () => {
    const users = join(scratch(), 'users');
    const hash = execFileSync('openssl', ['passwd', '-apr1', PASSWORD], { encoding: 'utf8' });
    writeFileSync(users, `${USER}:${hash}`);
    const guarded = await startSquid(
      [TENANT],
      [
        `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${users}`,
        'acl known proxy_auth REQUIRED',
        'http_access deny !known',
      ].join('\n'),
    );
    for (const [password, outcome] of [
      [PASSWORD, []],
      ['wrong', ['UPSTREAM_BAD_RESPONSE']],
    ] as const) {
      const HTTPS_PROXY = `http://${USER}:${password}@127.0.0.1:${guarded.port}`;
      const gateway = await gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY });
      const { errors } = await ask(gateway.url, LIST);
      expect(errors.map(({ extensions }) => extensions['code'])).toEqual(outcome);
      await gateway.stop();
      expect(gateway.process.out() + gateway.process.err()).not.toContain(PASSWORD);
    }
  });
});
