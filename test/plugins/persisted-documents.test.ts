import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readOperationManifest } from '../../src/operation-manifest.js';
import type { Gateway } from '../../src/index.js';
import { Pair, startGatewayOn } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const listed = `# A comment that no client sends.
query Listed($limit: Int!) {
  taskStatuses(limit: $limit) { nodes { id } }
}`;
const update =
  'mutation Update($id: ID!) { updateTaskStatus(input: { id: $id, patch: [] }) { taskStatus { id } } }';
const sdl = 'query Sdl { _service { sdl } }';
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: 'by-apollo', name: 'Listed', type: 'query', body: listed },
    { id: 'by-apollo-too', name: 'Update', type: 'mutation', body: update },
    { id: 'routers', name: 'Sdl', type: 'query', body: sdl },
  ],
};
const variables = { limit: 1 };
const key = 'a-key-that-only-the-router-has';

const manifestConfig: string = '../../persisted-query-manifest.config.js';

const folder = mkdtempSync(join(tmpdir(), 'documents-'));
const file = join(folder, 'manifest.json');
writeFileSync(file, JSON.stringify(manifest));

const pair = new Pair('beta', {}, { PERSISTED_OPERATIONS: file, ROUTER_KEY: key });
let reporting: Gateway;
const reports: unknown[] = [];
beforeAll(async () => {
  await pair.start();
  const log = { ...silentLog, warn: (entry: unknown) => void reports.push(entry) };
  const environment = { PERSISTED_OPERATIONS: file, PERSISTED_OPERATIONS_MODE: 'report' };
  reporting = await startGatewayOn(pair.sandbox.url, 'beta', undefined, environment, log);
});
afterAll(async () => {
  await reporting.stop();
  await pair.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly data: any;
}

async function send(
  body: object,
  headers: Record<string, string> = {},
  url = pair.gateway.url,
): Promise<Answer> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answerOf(reply);
}

async function answerOf(reply: Response): Promise<Answer> {
  const { data, errors } = (await reply.json()) as {
    data?: unknown;
    errors?: { extensions: { code: unknown } }[];
  };
  return { status: reply.status, code: errors?.[0]?.extensions.code, data };
}

const served = {
  status: 200,
  code: undefined,
  data: { taskStatuses: { nodes: [{ id: expect.any(String) }] } },
};
const unlistedText = { status: 403, code: 'QUERY_NOT_IN_SAFELIST' };
const unlistedId = { status: 404, code: 'PERSISTED_QUERY_NOT_IN_LIST' };

describe('an enforced list', () => {
  test.each([
    ['its text', { query: listed }],
    ['its text in other white space', { query: listed.replace(/#.*\n/, '').replaceAll(/\s+/g, ' ') }],
    [
      'an id in Apollo’s extension',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'by-apollo' } } },
    ],
    ['the hash of its text', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(listed) } } }],
    [
      'the hash along with its text',
      { query: listed, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(listed) } } },
    ],
    ['`id`, as Relay', { id: 'by-apollo' }],
    ['`documentId`', { documentId: 'by-apollo' }],
    ['`documentId` with the algorithm in front', { documentId: `sha256:${sha256(listed)}` }],
  ])('serves an operation by %s', async (_, body) => {
    expect(await send({ ...body, variables })).toEqual(served);
  });

  test.each(['documentId', 'id'])('serves an operation by GET and %s', async (name) => {
    const search = new URLSearchParams({ [name]: 'by-apollo', variables: JSON.stringify(variables) });
    const reply = await fetch(`${pair.gateway.url}/graphql?${search.toString()}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await answerOf(reply)).toEqual(served);
  });

  test('doesn’t serve a mutation by GET', async () => {
    const search = new URLSearchParams({ documentId: 'by-apollo-too', variables: '{"id":"1"}' });
    const reply = await fetch(`${pair.gateway.url}/graphql?${search.toString()}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(reply.status).toBe(405);
  });

  test.each([
    ['a text', { query: '{ taskStatuses(limit: 1) { nodes { id } } }' }, unlistedText],
    ['a text that doesn’t parse', { query: '{ "' }, unlistedText],
    [
      'a text with the name of one',
      { query: 'query Listed { pendingTasks { nodes { id } } }', operationName: 'Listed' },
      unlistedText,
    ],
    [
      'a text with the hash of one',
      { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: sha256(listed) } } },
      unlistedText,
    ],
    ['introspection', { query: '{ __schema { description } }' }, unlistedText],
    ['an id', { documentId: 'nowhere' }, unlistedId],
    [
      'a hash',
      { extensions: { persistedQuery: { version: 1, sha256Hash: sha256('{ __typename }') } } },
      unlistedId,
    ],
  ])('refuses %s that it doesn’t have', async (_, body, expected) => {
    pair.calls();
    expect(await send(body)).toMatchObject(expected);
    expect(pair.calls()).toEqual([]);
  });

  test('refuses without looking at the text: a costly one is refused as quickly as any', async () => {
    const costly = `{ ${'a { '.repeat(20_000)} b ${'} '.repeat(20_000)} }`;
    expect(await send({ query: costly })).toMatchObject(unlistedText);
  });

  test('serves any plan of a router with the key', async () => {
    const query = '{ taskStatuses(limit: 1) { nodes { id } } }';
    expect(await send({ query }, { 'x-router-key': key })).toEqual(served);
  });

  test.each([
    ['a text without a name', '{ taskStatuses(limit: 1) { nodes { id launcher } } }'],
    ['a text of a listed name', 'query Listed { taskStatuses(limit: 1) { nodes { id launcher } } }'],
    ['a listed text with a literal', listed.replace('limit: $limit', 'limit: 250')],
    ['a text that doesn’t parse', '{ "'],
  ])('refuses others what it has served a router, as often as they ask: %s', async (_, query) => {
    const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } };
    for (let turn = 0; turn < 2; turn++) {
      await send({ query, ...persisted }, { 'x-router-key': key });
      await send({ query }, { 'x-router-key': key });
      expect(await send({ query })).toMatchObject(unlistedText);
      expect(await send({ query, ...persisted })).toMatchObject(unlistedText);
      expect(await send(persisted)).toMatchObject(unlistedId);
    }
  });

  test.each(['template', 'text', 'sha256'])('is not passed by a text with NULs after %j', async (kind) => {
    const query = 'query Mine { taskStatuses(limit: 5) { nodes { id } } }';
    writeFileSync(join(folder, 'mine.json'), JSON.stringify({ mine: query }));
    const environment = { PERSISTED_OPERATIONS: join(folder, 'mine.json') };
    const gateway = await startGatewayOn(pair.sandbox.url, 'beta', undefined, environment);
    for (let turn = 0; turn < 2; turn++) expect((await send({ query }, {}, gateway.url)).status).toBe(200);
    pair.calls();
    for (const name of ['', 'Mine'])
      for (const text of [query, query.replace('5', '$_int0')])
        expect(await send({ query: `${kind}\0${name}\0${text}` }, {}, gateway.url)).toMatchObject(
          unlistedText,
        );
    await gateway.stop();
    expect(pair.calls()).toEqual([]);
  });

  test('serves a text in other white space by its hash only if the list has that hash', async () => {
    const query = listed.replaceAll(/\s+/g, ' ').replace(/#.*?query/, 'query');
    const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } };
    for (let turn = 0; turn < 2; turn++) {
      expect(await send({ query, ...persisted, variables })).toEqual(served);
      expect(await send({ query, variables })).toEqual(served);
      expect(await send({ ...persisted, variables })).toMatchObject(unlistedId);
    }
  });

  test.each([
    ['by its text', { query: sdl }, unlistedText],
    ['by its id', { documentId: 'routers' }, unlistedText],
  ])('refuses what only routers ask %s, even where it is listed', async (_, body, expected) => {
    expect(await send(body)).toMatchObject(expected);
    expect(await send(body, { 'x-router-key': `${key}.` })).toMatchObject(expected);
    expect((await send(body, { 'x-router-key': key })).code).not.toBe(expected.code);
  });
});

describe('a list that reports', () => {
  const report = (body: object): Promise<Answer> => send(body, {}, reporting.url);

  test('serves what it has without a word', async () => {
    reports.length = 0;
    expect(await report({ query: listed, variables })).toEqual(served);
    expect(await report({ documentId: 'by-apollo', variables })).toEqual(served);
    expect(reports).toEqual([]);
  });

  test('serves what it hasn’t, and logs it once by name and hash', async () => {
    reports.length = 0;
    const query = 'query Other { taskStatuses(limit: 1) { nodes { id } } }';
    expect(await report({ query })).toEqual(served);
    expect(await report({ query })).toEqual(served);
    expect(reports).toEqual([{ operation: 'Other', hash: sha256(query) }]);
  });

  test('cuts long names, and takes those that begin alike for one', async () => {
    reports.length = 0;
    const query = '{ nothing }';
    for (const end of ['a', 'b']) await report({ query, operationName: 'x'.repeat(100_000) + end });
    expect(reports).toEqual([{ operation: 'x'.repeat(100), hash: sha256(query) }]);
  });

  test('leaves automatic persisted queries working', async () => {
    const query = 'query Automatic { taskStatuses(limit: 1) { nodes { id } } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    expect((await report({ extensions })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await report({ extensions, query })).toEqual(served);
    expect(await report({ extensions })).toEqual(served);
  });

  test.each([
    [
      'reads a name off the operation',
      '# query Comment\n{ a: __typename } query Named { b: __typename }',
      'Named',
      'Named',
    ],
    ['has no name of a text that is no GraphQL', 'query Broken {', undefined, undefined],
  ])('%s', async (_, query, operationName, operation) => {
    reports.length = 0;
    await report({ query, operationName });
    expect(reports).toEqual([{ operation, hash: sha256(query) }]);
  });
});

describe('a manifest', () => {
  const read = (content: unknown): ReadonlyMap<string, string> => {
    const path = join(folder, 'other.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readOperationManifest(path);
  };

  test('is read in Apollo’s form', () => {
    expect(read(manifest).get('by-apollo')).toBe(listed);
  });

  test('is read in the form of codegen and Relay', () => {
    expect([...read({ abc: listed })]).toEqual([['abc', listed]]);
  });

  test.each([
    ['that is no JSON', '{'],
    ['of nothing', {}],
    ['of no operations', { ...manifest, operations: [] }],
    ['of another version', { ...manifest, version: 2 }],
    ['that is a list', [listed]],
    ['with a text that is no GraphQL', { abc: 'query {' }],
  ])('%s is refused', (_, content) => {
    expect(() => read(content)).toThrow(/^a /);
  });

  test('of the examples is what `npm run manifest` makes, and serves them', async () => {
    const { default: config } = (await import(manifestConfig)) as {
      default: object;
    };
    const { generatePersistedQueryManifest } = await import('@apollo/generate-persisted-query-manifest');
    const made = read(await generatePersistedQueryManifest(config, undefined));
    expect(made.size).toBe(readdirSync('schema/operations').length);
    const gateway = await startGatewayOn(pair.sandbox.url, 'beta', undefined, {
      PERSISTED_OPERATIONS: join(folder, 'other.json'),
    });
    const statuses = [];
    for (const [id, query] of made)
      for (const body of [{ id }, { query }]) {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: query.startsWith('subscription') ? 'text/event-stream' : 'application/json',
          },
          body: JSON.stringify(body),
        });
        statuses.push(response.status);
        await response.body?.cancel();
      }
    await gateway.stop();
    expect(statuses).toEqual(Array(2 * made.size).fill(200));
  });
});
