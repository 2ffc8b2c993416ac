import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { Authorized, UseMiddleware, type AuthChecker, type MiddlewareFn } from 'type-graphql';
import { createCompiledOperationCache } from '../../src/fast-path/compiled-operation-cache.js';
import type { FastPathContext } from '../../src/fast-path/root-results.js';
import { createSchema, fastPathSafe, type GatewayParts } from '../../src/index.js';
import { TaskStatusResolver } from '../../src/resolvers/task-status.resolver.js';
import { fullPathLog } from '../support/full-path-log.js';
import { ask, Pair, startGatewayOn } from '../support/pair.js';

const pair = new Pair('beta');
beforeAll(() => pair.start());
afterAll(() => pair.stop());

const one = 'query ($id: ID!) { taskStatus(id: $id) { id } }';
const list = '{ taskStatuses(limit: 1) { nodes { id } } }';
const pending = '{ pendingTasks(limit: 1) { nodes { id } } }';

/** Which of the queries took the fast path the second time, with such parts of the gateway. */
async function fastOnes(parts: GatewayParts = {}): Promise<{ fast: string[]; warnings: unknown[] }> {
  const { log, fullPath, warnings } = fullPathLog();
  const gateway = await startGatewayOn(pair.sandbox.url, 'beta', () => pair.now, {}, log, parts);
  const variables = { id: pair.completed(1)[0] };
  const fast = [];
  for (const query of [one, list, pending]) {
    const first = await ask(gateway.url, query, variables);
    const before = fullPath.length;
    expect((await ask(gateway.url, query, variables)).data).toEqual(first.data);
    if (gateway.compiledOperations && fullPath.length === before) fast.push(query);
  }
  await gateway.stop();
  return { fast, warnings };
}

/** Decorates a query of the gateway's, as its class would. */
function decorate(
  decorator: (target: object, name: string, descriptor: PropertyDescriptor) => void,
  name: keyof TaskStatusResolver,
): void {
  const target = TaskStatusResolver.prototype;
  decorator(target, name, Object.getOwnPropertyDescriptor(target, name) ?? {});
}

/** Which queries a schema lets take the fast path. */
async function fastIn(schema: ReturnType<typeof createSchema>): Promise<string[]> {
  const cache = createCompiledOperationCache(schema, {
    admits: () => true,
    textOf: () => Promise.resolve(undefined),
  });
  const page = { nodes: [], edges: [] };
  const context: FastPathContext & { tasks: object } = {
    tasks: { byId: () => null, list: () => page, pending: () => page },
  };
  const fast = [];
  for (const source of [one, list, pending]) {
    const document = parse(source);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    cache.put({ source, operationName: undefined, document, operation });
    const request = { query: source, sha256: undefined, operationName: undefined, variables: { id: 'a' } };
    if ((await cache.execute(request, () => context)) !== undefined) fast.push(source);
  }
  return fast;
}

const pass: MiddlewareFn = (_, next) => next();
const allow: AuthChecker = () => true;

test('all queries take the fast path where nothing is in its way', async () => {
  expect(await fastOnes()).toEqual({ fast: [one, list, pending], warnings: [] });
});

test('a plugin that is not marked turns it off, with one line; a marked one does not, nor does a copy stay marked', async () => {
  let seen = 0;
  const plugin = { requestDidStart: () => Promise.resolve(void (seen += 1)) };
  expect(await fastOnes({ plugins: [plugin] })).toEqual({
    fast: [],
    warnings: ['the fast path is off: a plugin is not marked as safe for it'],
  });
  expect(seen).toBe(6);
  expect((await fastOnes({ plugins: [{ ...fastPathSafe({ ...plugin }) }] })).fast).toEqual([]);
  expect(await fastOnes({ plugins: [fastPathSafe(plugin)] })).toEqual({
    fast: [one, list, pending],
    warnings: [],
  });
});

test('middleware for all fields keeps all queries off it', async () => {
  expect(await fastIn(createSchema())).toEqual([one, list, pending]);
  expect(await fastIn(createSchema({ globalMiddlewares: [] }))).toEqual([one, list, pending]);
  expect(await fastIn(createSchema({ globalMiddlewares: [pass] }))).toEqual([]);
});

test('middleware of a query keeps it off, and runs each time', async () => {
  let ran = 0;
  const count: MiddlewareFn = (_, next) => {
    ran += 1;
    return next();
  };
  decorate(UseMiddleware(count), 'taskStatus');
  expect((await fastOnes()).fast).toEqual([list, pending]);
  expect(ran).toBe(2);
});

test('roles of a query keep it off', async () => {
  decorate(Authorized('admin'), 'taskStatuses');
  expect(await fastIn(createSchema({ authChecker: allow }))).toEqual([pending]);
});
