import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import relay, { type ConcreteRequest } from 'relay-runtime';
import type { Gateway } from '../../src/index.js';
import { Pair, startGatewayOn } from '../support/pair.js';
import { accessToken } from './access-token.js';
import { createRelayEnvironment } from './snippets/relay.js';
import { PROGRESS, testSubscriptionsOf } from './watched-task.js';

const { createOperationDescriptor, fetchQuery, requestSubscription } = relay;
const folder = mkdtempSync(join(tmpdir(), 'relay-'));
const pair = new Pair('v2025');
let listing: Gateway;
let token: string;
let PAGE: ConcreteRequest;
let PERSISTED: ConcreteRequest;
let SUBSCRIPTION: ConcreteRequest;
let PERSISTED_SUBSCRIPTION: ConcreteRequest;

/** Has relay-compiler compile the page's query and subscription, and gives what it made. */
async function compile(name: string, options: object): Promise<[ConcreteRequest, ConcreteRequest]> {
  const root = join(folder, name);
  mkdirSync(join(root, 'src'), { recursive: true });
  copyFileSync('schema/schema.graphql', join(root, 'schema.graphql'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'manifest.json'), '{}');
  writeFileSync(
    join(root, 'src', 'page.js'),
    `graphql\`query pageQuery($after: String) {
      taskStatuses(first: 3, after: $after) @connection(key: "page_taskStatuses") { edges { node { id state } } }
    }\`;
    graphql\`${PROGRESS.replace('Progress', 'pageSubscription')}\``,
  );
  const config = {
    src: './src',
    schema: './schema.graphql',
    language: 'javascript',
    eagerEsModules: true,
    ...options,
  };
  writeFileSync(join(root, 'relay.config.json'), JSON.stringify(config));
  const cli = resolve('node_modules/relay-compiler/cli.js');
  const { status, stderr, stdout } = spawnSync(process.execPath, [cli, 'relay.config.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  const artifact = async (of: string): Promise<ConcreteRequest> =>
    ((await import(join(root, `src/__generated__/${of}.graphql.js`))) as { default: ConcreteRequest })
      .default;
  return [await artifact('pageQuery'), await artifact('pageSubscription')];
}

beforeAll(async () => {
  [PAGE, SUBSCRIPTION] = await compile('texts', {});
  const persistConfig = { file: './manifest.json', algorithm: 'SHA256' };
  [PERSISTED, PERSISTED_SUBSCRIPTION] = await compile('ids', { persistConfig });
  await pair.start();
  token = await accessToken(pair);
  listing = await startGatewayOn(pair.sandbox.url, 'v2025', undefined, {
    PERSISTED_OPERATIONS: join(folder, 'ids/manifest.json'),
  });
});
afterAll(async () => {
  await listing.stop();
  await pair.stop();
  rmSync(folder, { recursive: true });
});

describe('Relay', () => {
  test('joins pages by cursor into one connection', async () => {
    const environment = createRelayEnvironment(`${pair.gateway.url}/graphql`, token);
    const fetchPage = async (after: string | null): Promise<any> =>
      fetchQuery<any>(environment, PAGE, { after }).toPromise();
    const operation = createOperationDescriptor(PAGE, { after: null });
    environment.retain(operation);
    const { taskStatuses } = await fetchPage(null);
    await fetchPage(taskStatuses.pageInfo.endCursor);
    const { data } = environment.lookup(operation.fragment) as { data: any };
    const ids = data.taskStatuses.edges.map((edge: any) => edge.node.id);
    expect(new Set(ids).size).toBe(6);
  });

  test('asks by the ids that its compiler wrote into a manifest', async () => {
    expect(JSON.parse(readFileSync(join(folder, 'ids/manifest.json'), 'utf8'))).toHaveProperty([
      PERSISTED.params.id ?? '',
    ]);
    expect(PERSISTED.params.text).toBeNull();
    const environment = createRelayEnvironment(`${listing.url}/graphql`, token);
    const data: any = await fetchQuery(environment, PERSISTED, {}).toPromise();
    expect(data.taskStatuses.edges).toHaveLength(3);
  });

  test('subscribes by the id that its compiler wrote into a manifest', async () => {
    expect(PERSISTED_SUBSCRIPTION.params.text).toBeNull();
    const environment = createRelayEnvironment(`${listing.url}/graphql`, token);
    const [id = ''] = pair.completed(1);
    const told: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      requestSubscription(environment, {
        subscription: PERSISTED_SUBSCRIPTION,
        variables: { ids: [id] },
        onNext: (data) => told.push(data),
        onError: reject,
        onCompleted: resolve,
      });
    });
    expect(told).toMatchObject([{ taskStatusChanged: { changed: [{ id }] } }]);
  });
});

testSubscriptionsOf('Relay', (url, token, variables, sink) => {
  const { dispose } = requestSubscription<any>(createRelayEnvironment(url, token), {
    subscription: SUBSCRIPTION,
    variables,
    onNext: (data) => {
      sink.next(data);
    },
    onError(error: Error & { source?: { errors: { extensions: unknown }[] } }) {
      for (const { extensions } of error.source?.errors ?? []) sink.error(extensions);
    },
    onCompleted: () => {
      sink.complete();
    },
  });
  return dispose;
});
