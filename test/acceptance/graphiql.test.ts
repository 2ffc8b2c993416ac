import { readdirSync, statSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig, startGateway, type Gateway } from '../../src/index.js';
import { ask } from '../support/pair.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";
const SCHEMA = '{ __schema { queryType { name } } }';
const assets = readdirSync('dist/graphiql/graphiql');

function start(environment: Record<string, string>): Promise<Gateway> {
  const reading = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...environment });
  if ('problems' in reading) throw new Error(reading.problems.join('; '));
  return startGateway(reading.value);
}

/** Unlike `fetch`, sends no `Accept-Encoding` and follows no redirects. */
function request(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve(response);
    }).on('error', reject);
  });
}

describe('GraphiQL', () => {
  let url: string;
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({});
    url = gateway.url;
  });
  afterAll(() => gateway.stop());

  test('is what a browser gets at /graphql, and what / leads to', async () => {
    const root = await request(`${url}/`, { accept: BROWSER });
    expect([root.statusCode, root.headers.location]).toEqual([302, '/graphql']);
    const page = await fetch(`${url}/graphql`, { headers: { accept: BROWSER } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('<div id="graphiql">');
  });

  test('is for browsers that bring no operation', async () => {
    const preflight = { accept: BROWSER, 'apollo-require-preflight': 'true' };
    for (const [query, headers] of [
      ['', { accept: 'application/json' }],
      ['?query={__typename}', preflight],
      ['?extensions={}', preflight],
    ] as const) {
      const { headers: answered } = await request(`${url}/graphql${query}`, headers);
      expect([query, answered['content-type']]).not.toEqual([query, expect.stringContaining('text/html')]);
      expect(answered['content-security-policy']).toBeUndefined();
    }
  });

  test('comes with a policy that lets in nothing from elsewhere', async () => {
    for (const path of ['graphql', `graphiql/${assets[0] ?? ''}`]) {
      const { headers } = await request(`${url}/${path}`, { accept: BROWSER });
      expect(headers['content-security-policy']).toBe(POLICY);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    }
  });

  test('has a page without inline scripts, whose files are all the gateway’s own', async () => {
    const html = await (await fetch(`${url}/graphql`, { headers: { accept: BROWSER } })).text();
    const links = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].flatMap(([, link]) => link ?? []);
    const files = links.filter((link) => !link.startsWith('data:'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) {
      expect(new URL(file, `${url}/graphql`).origin).toBe(url);
      expect([file, (await request(new URL(file, `${url}/graphql`).href)).statusCode]).toEqual([file, 200]);
    }
    expect(html.replace(/<script [^>]*src="[^"]*"[^>]*><\/script>/g, '')).not.toContain('<script');
  });

  test('has a page to ask for each time, and assets to keep for good under hashed names', async () => {
    const page = await request(`${url}/graphql`, { accept: BROWSER });
    expect(page.headers['cache-control']).toBe('no-cache');
    for (const name of assets.filter((asset) => !/\.(?:br|gz)$/.test(asset))) {
      expect(name).toMatch(/-[\w-]{8}\.(?:js|css|ttf)$/);
      const { headers, statusCode } = await request(`${url}/graphiql/${name}`);
      expect([name, statusCode]).toEqual([name, 200]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  test.each([
    ['gzip, deflate, br, zstd', 'the encoding br', 'br'],
    ['gzip', 'the encoding gzip', 'gzip'],
    ['identity', 'no encoding', undefined],
  ])('to a browser that accepts %s has %s', async (accepted, _, encoding) => {
    const script = assets.find((name) => name.endsWith('.js')) ?? '';
    for (const path of ['graphql', `graphiql/${script}`]) {
      const { headers } = await request(`${url}/${path}`, { accept: BROWSER, 'accept-encoding': accepted });
      expect(headers['content-encoding']).toBe(encoding);
      expect(headers.vary).toContain('Accept-Encoding');
    }
  });

  test('is at most 1.5 MB, compressed', () => {
    const sizes = assets
      .filter((name) => name.endsWith('.br'))
      .map((name) => statSync(`dist/graphiql/graphiql/${name}`).size);
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(1_500_000);
  });

  test('has no file outside its folder', async () => {
    for (const path of ['nothing.js', '..%2findex.html', '%2e%2e/license.md'])
      expect([path, (await request(`${url}/graphiql/${path}`)).statusCode]).toEqual([path, 404]);
  });

  test('can read the schema', async () => {
    expect((await ask(url, SCHEMA)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });
});

describe('without GraphiQL', () => {
  test.each([{ GRAPHIQL: 'off' }, { NODE_ENV: 'production', SAIL_BASE_URL: 'sandbox' }])(
    'by %j a browser is told so, and the schema is not told',
    async (environment) => {
      const gateway = await start(environment);
      const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: BROWSER } });
      expect(page.status).toBe(404);
      expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(await page.text()).toContain('GRAPHIQL=on');
      const asset = `graphiql/${assets[0] ?? ''}`;
      for (const path of ['', asset])
        expect((await request(`${gateway.url}/${path}`, { accept: BROWSER })).statusCode).toBe(404);
      const { status, data, errors } = await ask(gateway.url, SCHEMA);
      expect([status, data]).toEqual([200, undefined]);
      expect(errors[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
      expect((await ask(gateway.url, '{ __typename }')).data).toEqual({ __typename: 'Query' });
      await gateway.stop();
    },
  );

  test('the schema can be told all the same, by INTROSPECTION=on', async () => {
    const gateway = await start({ GRAPHIQL: 'off', INTROSPECTION: 'on' });
    expect((await ask(gateway.url, SCHEMA)).errors).toEqual([]);
    await gateway.stop();
  });
});
