import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ask } from '../support/pair.js';
import { TENANT } from './certificates.js';
import { acceptance, errorOf, update } from './core.js';
import { type GatewayProcess } from './fronts.js';
import { freePort, requestsOf, scratch, startSquid, until, type Server } from './servers.js';
import { useTenant } from './tenant.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const USER = 'proxy-user';
const PASSWORD = 'hunter2-hunter2';

const tenant = useTenant();
let proxy: Server;
let proxyUrl: string;
beforeAll(async () => {
  proxy = await startSquid([TENANT], 'acl refused dstdomain refused.test\nhttp_access deny refused');
  proxyUrl = `http://127.0.0.1:${proxy.port}`;
});

const overTls = (host = TENANT): string => `https://${host}:${tenant.nginx.port}`;
const plain = (host = TENANT): string => `http://${host}:${new URL(tenant.sandbox.url).port}`;

/** Returns the lines that a proxy logged after the text `from`, as method and target. */
const logged = (server: Server, from = ''): string[] =>
  [
    ...server
      .read('access.log')
      .slice(from.length)
      .matchAll(/ TCP_\w+\/\d+ \d+ ([A-Z]+ \S+)/g),
  ].map(([, line = '']) => line);

describe('through a forward proxy,', () => {
  let own: Server;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    own = await startSquid([TENANT]);
    const HTTPS_PROXY = `http://127.0.0.1:${own.port}`;
    gateway = await tenant.gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY });
  });
  acceptance(() => ({ sandbox: tenant.sandbox, url: gateway.url }));

  test('all calls went through kept tunnels', async () => {
    // A tunnel is logged when it ends.
    await gateway.stop();
    await until(() => logged(own).length > 0);
    expect(new Set(logged(own))).toEqual(new Set([`CONNECT ${TENANT}:${tenant.nginx.port}`]));
    const requests = requestsOf(tenant.nginx);
    expect(new Set(requests.map(({ connection }) => connection)).size).toBeLessThan(requests.length / 2);
  });
});

describe('the way out', () => {
  let before: string;
  beforeEach(() => {
    tenant.sandbox.reset();
    before = proxy.read('access.log');
  });

  test('of https is a tunnel by lower case too', async () => {
    const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: overTls(), https_proxy: proxyUrl });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    await gateway.stop();
    await until(() => logged(proxy, before).length === 1);
    expect(logged(proxy, before)).toEqual([`CONNECT ${TENANT}:${tenant.nginx.port}`]);
  });

  test('of http is the proxy itself by lower case too, for updates and reads', async () => {
    const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: plain(), http_proxy: proxyUrl });
    const [id = ''] = tenant.pending();
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
    const gateway = await tenant.gatewayWith({
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
    const gateway = await tenant.gatewayWith({
      SAIL_BASE_URL: overTls(),
      HTTPS_PROXY: proxyUrl,
      [name]: value,
    });
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
      const gateway = await tenant.gatewayWith({ SAIL_BASE_URL, ...environment });
      expect((await ask(gateway.url, LIST)).errors).toEqual([]);
      await gateway.stop();
    }
  });
});

describe('a forward proxy', () => {
  test('that refuses a tunnel keeps SailPoint out of reach', async () => {
    const origin = `https://refused.test:${tenant.nginx.port}`;
    const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: origin, HTTPS_PROXY: proxyUrl });
    const replies = [await ask(gateway.url, LIST), await update(gateway.url, 'x')];
    expect(replies.map(errorOf)).toEqual([
      { code: 'UPSTREAM_UNAVAILABLE' },
      { code: 'UPSTREAM_UNAVAILABLE', mayBeApplied: false },
    ]);
    for (const { errors } of replies) expect(errors[0]?.message).not.toMatch(/token|squid|403|</i);
    await gateway.stop();
    expect(gateway.process.err()).toMatch(/"code":"[^"]*403/);
  });

  test('that refuses a call in plain text is not taken for SailPoint', async () => {
    const origin = 'http://refused.test:8080';
    const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: origin, HTTP_PROXY: proxyUrl });
    for (const query of [LIST, '{ task: taskStatus(id: "x") { id } }']) {
      const reply = await ask(gateway.url, query);
      expect(errorOf(reply)).toEqual({ code: 'UPSTREAM_BAD_RESPONSE' });
      expect(reply.errors[0]?.message).not.toMatch(/token|squid|</i);
    }
    await gateway.stop();
  });

  test('that is not there is UPSTREAM_UNAVAILABLE, and the reason is in the log', async () => {
    const nowhere = `http://${USER}:${PASSWORD}@127.0.0.1:${await freePort()}`;
    const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY: nowhere });
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
      ['wrong', ['UPSTREAM_UNAVAILABLE']],
    ] as const) {
      const HTTPS_PROXY = `http://${USER}:${password}@127.0.0.1:${guarded.port}`;
      const gateway = await tenant.gatewayWith({ SAIL_BASE_URL: overTls(), HTTPS_PROXY });
      const { errors } = await ask(gateway.url, LIST);
      expect(errors.map(({ extensions }) => extensions['code'])).toEqual(outcome);
      await gateway.stop();
      expect(gateway.process.out() + gateway.process.err()).not.toContain(PASSWORD);
    }
  });
});
