import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readConfig } from '../../src/index.js';
import { proxyFor } from '../../src/config/proxy.js';

const names = ['https_proxy', 'http_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
const before = new Map(names.map((name) => [name, process.env[name]]));

function set(variables: Record<string, string>): void {
  for (const name of names) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
}

beforeEach(() => {
  set({});
});
afterEach(() => {
  set(Object.fromEntries([...before].filter((entry): entry is [string, string] => entry[1] !== undefined)));
});

const TENANT = 'https://tenant.api.identitynow.com';
const PROXY = 'http://proxy.example.com:3128';

test.each<[string, Record<string, string>, string, string | undefined]>([
  ['HTTPS_PROXY is the way to an https origin', { HTTPS_PROXY: PROXY }, TENANT, PROXY],
  ['https_proxy is the way to an https origin', { https_proxy: PROXY }, TENANT, PROXY],
  ['HTTP_PROXY is no way to an https origin', { HTTP_PROXY: PROXY }, TENANT, undefined],
  ['HTTP_PROXY is the way to an http origin', { HTTP_PROXY: PROXY }, 'http://tenant.example.com', PROXY],
  ['http_proxy is the way to an http origin', { http_proxy: PROXY }, 'http://tenant.example.com', PROXY],
  [
    'NO_PROXY exempts the origins of a domain',
    { HTTPS_PROXY: PROXY, NO_PROXY: '.identitynow.com' },
    TENANT,
    undefined,
  ],
  [
    'no_proxy exempts a host and port',
    { HTTPS_PROXY: PROXY, no_proxy: 'tenant.api.identitynow.com:443' },
    TENANT,
    undefined,
  ],
  ['NO_PROXY=* exempts every origin', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, TENANT, undefined],
  [
    'HTTPS_PROXY needs no scheme, and may have blanks around it',
    { HTTPS_PROXY: ' proxy.example.com:3128 ' },
    TENANT,
    PROXY,
  ],
  ['ALL_PROXY is no way to an origin', { ALL_PROXY: 'socks5://proxy.example.com' }, TENANT, undefined],
  [
    'NO_PROXY exempts no host that it doesn’t name',
    { HTTPS_PROXY: PROXY, NO_PROXY: 'other.example.com' },
    TENANT,
    PROXY,
  ],
  ['without variables an origin is asked directly', {}, TENANT, undefined],
])('%s', (_, variables, origin, proxy) => {
  set(variables);
  expect(proxyFor(origin, process.env)).toBe(proxy);
});

test.each([
  'http://localhost:4010',
  'http://127.0.0.1:4010',
  'https://127.8.9.1',
  'http://[::1]:80',
  'http://a.localhost',
])('%s is on this machine, and asked directly', (origin) => {
  set({ HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY });
  expect(proxyFor(origin, process.env)).toBeUndefined();
});

test.each(['socks5://proxy.example.com', 'not a proxy://', 'http://', 'http://u%:p@proxy.example.com'])(
  'a proxy that is %s is refused by name, with the rule',
  (proxy) => {
    set({ HTTPS_PROXY: proxy });
    expect(readConfig({ ...process.env, SAIL_BASE_URL: TENANT })).toEqual({
      warnings: [],
      problems: [expect.stringMatching(/^HTTPS_PROXY must be the URL of an HTTP proxy/)],
    });
  },
);

test('a proxy that no call would take is not looked at', () => {
  set({ HTTPS_PROXY: 'socks5://proxy.example.com' });
  for (const origin of [undefined, 'http://tenant.example.com', 'https://localhost'])
    expect(readConfig({ ...process.env, SAIL_BASE_URL: origin })).toHaveProperty('value.proxy', undefined);
});
