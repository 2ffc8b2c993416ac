import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createSchema,
  createSubgraph,
  fastPathSafe,
  startSandbox,
  type Environment,
  type Gateway,
  type Sandbox,
} from '../../src/index.js';
import { NOON, startGatewayOn } from '../support/pair.js';
import { closeRaw, sendRaw, type RawAnswer, type RawRequest } from '../support/raw-request.js';
import { runs } from '../fuzz/codes.js';
import { requestMaker } from './request-maker.js';

const schema = createSubgraph(createSchema());
const listed = [
  'query Listed($limit: Int) { taskStatuses(limit: $limit) { nodes { id } } }',
  '# Listed\nquery Listed { taskStatuses(limit: 1) { nodes { id type } } }',
];
const routerKey = 'a-key-that-only-the-router-has';
const folder = mkdtempSync(join(tmpdir(), 'same-answers-'));
const manifest = join(folder, 'manifest.json');
writeFileSync(manifest, JSON.stringify({ listed: listed[0], other: listed[1] }));

const list = { PERSISTED_OPERATIONS: manifest, ROUTER_KEY: routerKey };
const environments: readonly Environment[] = [
  {},
  { ROUTER_KEY: routerKey, NODE_ENV: 'production' },
  { ...list, PERSISTED_OPERATIONS_MODE: 'report' },
  list,
];

/** Two gateways over one sandbox that differ in the fast path alone. */
interface Twins {
  readonly on: Gateway;
  readonly off: Gateway;
  /** Operations that Apollo Server executed for the first of them. */
  executed: number;
}

let sandbox: Sandbox;
let twins: Twins[];
beforeAll(async () => {
  const settings = { tasks: 20, rateLimit: 'off', nullRate: 0.2, oddDateRate: 0.2 } as const;
  sandbox = await startSandbox({ now: () => NOON, settings });
  const start = (environment: Environment, parts = {}): Promise<Gateway> =>
    startGatewayOn(
      sandbox.url,
      'v2025',
      undefined,
      { BATCH_LIMIT: '3', CORS_ORIGINS: 'https://app.example.com', ...environment },
      undefined,
      parts,
    );
  twins = await Promise.all(
    environments.map(async (environment) => {
      const counting = fastPathSafe({
        requestDidStart: () =>
          Promise.resolve({ executionDidStart: () => Promise.resolve(void (pair.executed += 1)) }),
      });
      const pair = {
        executed: 0,
        on: await start(environment, { plugins: [counting] }),
        off: await start({ ...environment, FAST_PATH: 'off' }),
      };
      return pair;
    }),
  );
});
afterAll(async () => {
  closeRaw();
  await Promise.all(twins.flatMap(({ on, off }) => [on.stop(), off.stop()]));
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

/** Values that are drawn or timed for each answer. */
const DRAWN = /(?<="requestId":"|"errorId":"|Quote )[\da-f-]{32,36}|(?<="ftv1":")[^"]*/g;

/** Calls that fail side by side are listed as their answers arrive: an answer with several such errors has them sorted. */
function inOrder(text: string): string {
  if (text.split('"upstream":').length < 3) return text;
  const answer = JSON.parse(text) as { errors?: { path?: unknown; extensions?: { upstream?: unknown } }[] };
  if (!Array.isArray(answer.errors)) return text;
  const isUpstream = ({ extensions }: { extensions?: { upstream?: unknown } }): boolean =>
    extensions?.upstream !== undefined;
  const byPath = answer.errors
    .filter(isUpstream)
    .sort((a, b) => (JSON.stringify(a.path) < JSON.stringify(b.path) ? -1 : 1));
  return JSON.stringify({
    ...answer,
    errors: [...answer.errors.filter((error) => !isUpstream(error)), ...byPath],
  });
}

/** The answer without them, and without the headers that they bear on. */
function shown({ status, headers, body }: RawAnswer): { status: unknown; headers: string[][]; text: string } {
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : []));
  const encoding = pairs.find(([name]) => name?.toLowerCase() === 'content-encoding')?.[1];
  const plain =
    encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  const text = inOrder(plain.toString().replaceAll(DRAWN, 'drawn'));
  const own = ['date', 'x-request-id', ...(text === plain.toString() ? [] : ['content-length'])];
  return { status, text, headers: pairs.filter(([name = '']) => !own.includes(name.toLowerCase())) };
}

/** Its operations run side by side: which of them share a call, and whether all are made, is a matter of the moment. */
const isBatch = ({ body }: RawRequest): boolean => body?.startsWith('[') === true;

async function ask(gateway: Gateway, request: RawRequest): Promise<unknown> {
  sandbox.calls.length = 0;
  const answer = shown(await sendRaw(gateway.url, request));
  const calls = sandbox.calls.splice(0).map((call) => JSON.stringify(call));
  return isBatch(request) ? answer : { ...answer, calls: calls.sort() };
}

const tally = { fast: 0, full: 0, refused: 0, errors: 0 };

test('the first answer is the second, and that of a gateway without the fast path, with the same calls', async () => {
  const count = runs(400);
  const ids = sandbox.tasks().map(({ id }) => id);
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.constantFrom(0, 0, 0, 1, 1, 2, 3), async (g, which) => {
      const pair = twins[which] as Twins;
      const request = requestMaker(schema, g, ids, listed, routerKey).make();
      fc.pre(!isBatch(request));
      const first = await ask(pair.on, request);
      const before = pair.executed;
      const second = await ask(pair.on, request);
      const { text } = second as { text: string };
      if (text.startsWith('{"data"')) tally[pair.executed === before ? 'fast' : 'full'] += 1;
      else tally[text.includes('"data"') ? 'errors' : 'refused'] += 1;
      expect(second).toEqual(first);
      expect(await ask(pair.off, request)).toEqual(first);
    }),
    { numRuns: count },
  );
  process.stdout.write(`${count} requests, each answered three times: ${JSON.stringify(tally)}\n`);
  expect(tally.fast).toBeGreaterThan(count / 8);
}, 3_600_000);

// After the others, since a batch may leave calls in flight.
test('batches have the same answers twice, and without the fast path', async () => {
  const ids = sandbox.tasks().map(({ id }) => id);
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.constantFrom(0, 0, 0, 1, 1, 2, 3), async (g, which) => {
      const pair = twins[which] as Twins;
      const request = requestMaker(schema, g, ids, listed, routerKey).make();
      fc.pre(isBatch(request));
      const first = await ask(pair.on, request);
      expect(await ask(pair.on, request)).toEqual(first);
      expect(await ask(pair.off, request)).toEqual(first);
    }),
    { numRuns: runs(50) },
  );
}, 3_600_000);
