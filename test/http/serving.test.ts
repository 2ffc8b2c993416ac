import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pair } from '../support/pair.js';

const pair = new Pair(
  'beta',
  {},
  { CORS_ORIGINS: 'https://app.example.com,http://localhost:3000', BATCH_LIMIT: '2' },
);
const plain = new Pair('beta');
beforeAll(() => Promise.all([pair.start(), plain.start()]));
afterAll(() => Promise.all([pair.stop(), plain.stop()]));

const json = { 'content-type': 'application/json' };
const both = { accept: 'application/graphql-response+json, application/json;q=0.9' };

function post(body: unknown, headers: Record<string, string> = {}, to = plain): Promise<Response> {
  return fetch(`${to.gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
}

function get(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${plain.gateway.url}/graphql?${new URLSearchParams({ query }).toString()}`, { headers });
}

describe('an operation that is not executed', () => {
  test.each([
    ['that doesn’t parse', { query: '{' }],
    ['that doesn’t fit the schema', { query: '{ nothing }' }],
    ['whose variables don’t fit', { query: 'query ($id: ID!) { taskStatus(id: $id) { id } }' }],
    ['that isn’t in its document', { query: '{ __typename }', operationName: 'Other' }],
  ])('%s has status 400 in the new media type, and 200 in the old', async (_, body) => {
    const known = await post(body, both);
    expect(known.status).toBe(400);
    expect(known.headers.get('content-type')).toContain('application/graphql-response+json');
    const other = await post(body, { accept: 'application/json' });
    expect(other.status).toBe(200);
    expect(other.headers.get('content-type')).toContain('application/json');
    expect(await other.json()).toEqual(await known.json());
  });

  test('since it is no GraphQL request has status 400 for everyone', async () => {
    expect((await post({ query: 1 }, { accept: 'application/json' })).status).toBe(400);
  });
});

describe('GET', () => {
  test('answers queries of clients that send a header which a form can’t', async () => {
    for (const name of ['apollo-require-preflight', 'x-apollo-operation-name'])
      expect(await (await get('{ __typename }', { [name]: '1' })).json()).toEqual({
        data: { __typename: 'Query' },
      });
  });

  test('is refused without one, as a possible forgery', async () => {
    const reply = await get('{ __typename }');
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('Cross-Site Request Forgery');
  });

  test('is refused for mutations', async () => {
    const reply = await get('mutation { __typename }', { 'apollo-require-preflight': '1' });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'nor is a form posted as %s',
    async (type) => {
      const reply = await post({ query: '{ __typename }' }, { 'content-type': type });
      expect([400, 415]).toContain(reply.status);
    },
  );
});

describe('answers', () => {
  const list = { query: '{ taskStatuses(limit: 50) { nodes { id uniqueName created } } }' };

  test('are for no cache', async () => {
    for (const body of [list, { query: '{ nothing }' }])
      expect((await post(body)).headers.get('cache-control')).toBe('private, no-store');
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('are compressed as %s for those who accept it', async (encoding, unpack) => {
    const packed = await raw(list, encoding);
    expect(packed.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
    const bare = await raw(list);
    expect(bare.headers).not.toHaveProperty('content-encoding');
    expect(unpack(packed.body)).toEqual(bare.body);
    expect(packed.body.length).toBeLessThan(bare.body.length / 3);
  });

  test('that are short are not compressed', async () => {
    expect((await raw({ query: '{ __typename }' }, 'br')).headers).not.toHaveProperty('content-encoding');
  });
});

describe('arrays of operations', () => {
  const one = { query: '{ __typename }' };

  test('are refused', async () => {
    const reply = await post([one]);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({
      errors: [{ extensions: { code: 'OPERATION_TOO_COSTLY', limit: 'batch' } }],
    });
  });

  test('are answered up to the limit that was set', async () => {
    expect(await (await post([one, one], {}, pair)).json()).toEqual([
      { data: { __typename: 'Query' } },
      { data: { __typename: 'Query' } },
    ]);
    expect((await post([one, one, one], {}, pair)).status).toBe(400);
  });
});

describe('pages on other origins', () => {
  const preflight = (origin: string, to = pair): Promise<Response> =>
    fetch(`${to.gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test.each(['https://app.example.com', 'http://localhost:3000'])('may ask from %s', async (origin) => {
    const headers = Object.fromEntries((await preflight(origin)).headers);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '7200',
    });
    const reply = await post({ query: '{ __typename }' }, { origin }, pair);
    expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
    expect(reply.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(reply.headers.get('vary')).toContain('Origin');
  });

  test.each(['https://app.example.com.evil.example', 'http://app.example.com', 'https://a.example', 'null'])(
    'may not from %s',
    async (origin) => {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test('may not at all unless origins are set', async () => {
    const reply = await preflight('https://app.example.com', plain);
    expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

/** Asks without fetch, which would unpack the answer. */
function raw(body: object, encoding?: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { ...json, ...(encoding && { 'accept-encoding': encoding }) };
    request(`${plain.gateway.url}/graphql`, { method: 'POST', headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        resolve({ headers: reply.headers, body: Buffer.concat(chunks) });
      });
    })
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}
