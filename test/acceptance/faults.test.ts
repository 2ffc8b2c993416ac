import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startSandbox, type Gateway, type Sandbox } from '../../src/index.js';
import { ask, startGatewayOn, type Reply } from '../support/pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';
import { silentLog } from '../support/silent-log.js';

const LIST = '{ list: taskStatuses(limit: 3) { nodes { id } } }';
const BESIDE =
  '{ list: taskStatuses(limit: 3) { nodes { id } } one: taskStatus(id: "x") { id } ok: __typename }';

const codes = ({ errors }: Reply): object =>
  Object.fromEntries(errors.map(({ path, extensions }) => [String(path), extensions['code']]));

/** Waits until `holds` returns true. @throws Error after a second. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 1_000) throw new Error(`not within a second: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let gateway: Gateway;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('time', () => {
  let upstream: ScriptedUpstream;
  /** URLs of the calls whose connection the gateway closed. */
  let cut: string[];
  beforeEach(async () => {
    cut = [];
    upstream = await startScriptedUpstream();
    gateway = await startGatewayOn(upstream.url, 'v1', Date.now, { OPERATION_DEADLINE: '600ms' });
    stops.push(
      () => upstream.stop(),
      () => gateway.stop(),
    );
  });

  const silent = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('close', () => {
      if (!response.writableFinished) cut.push(request.url ?? '');
    });
  };
  const ofList = (request: IncomingMessage): boolean => request.url?.includes('limit') === true;

  test('an upstream that never answers fails the fields that need it, within the deadline', async () => {
    upstream.answer = (call, response) => {
      if (ofList(call)) silent(call, response);
      else response.end('{"id":"x"}');
    };
    const began = Date.now();
    const reply = await ask(gateway.url, BESIDE);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(reply.data).toEqual({ list: null, one: { id: 'x' }, ok: 'Query' });
    expect(codes(reply)).toEqual({ list: 'UPSTREAM_TIMEOUT' });
    expect(upstream.requests).toHaveLength(2);
    await until(() => cut.length === 1);
  });

  test('an upstream whose answer drips without an end fails the fields that need it', async () => {
    upstream.answer = (request, response) => {
      silent(request, response);
      response.writeHead(200).write('[');
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
    };
    expect(codes(await ask(gateway.url, LIST))).toEqual({ list: 'UPSTREAM_TIMEOUT' });
    await until(() => cut.length === 1);
  });

  test('all calls of an operation together have no more than its deadline', async () => {
    upstream.answer = ({ url }, response) => {
      const { searchParams } = new URL(url ?? '', upstream.url);
      const rows = Array.from({ length: 250 }, (_, index) => ({
        id: `${searchParams.get('offset') ?? 0}-${index}`,
      }));
      setTimeout(() => response.end(JSON.stringify(rows)), 100);
    };
    await gateway.stop();
    gateway = await startGatewayOn(upstream.url, 'beta', Date.now, { OPERATION_DEADLINE: '600ms' });
    // Its slices never overlap, so reading the list whole would take many calls.
    expect(codes(await ask(gateway.url, '{ list: pendingTasks(first: 5) { nodes { id } } }'))).toEqual({
      list: 'UPSTREAM_TIMEOUT',
    });
    const made = upstream.requests.length;
    expect(made).toBeLessThanOrEqual(7);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(upstream.requests).toHaveLength(made);
  });

  test('a client that leaves has its calls aborted', async () => {
    await gateway.stop();
    gateway = await startGatewayOn(upstream.url, 'v1', Date.now);
    upstream.answer = silent;
    const client = visit(gateway.url, BESIDE);
    await until(() => upstream.requests.length === 2);
    client.leave();
    await until(() => cut.length === 2);
    expect(upstream.requests).toHaveLength(2);
  });

  test('a client that leaves aborts no call that others wait for, joined or shared', async () => {
    await gateway.stop();
    gateway = await startGatewayOn(upstream.url, 'v1', Date.now);
    const open: ServerResponse[] = [];
    upstream.answer = (request, response) => {
      silent(request, response);
      open.push(response);
    };
    const client = visit(gateway.url, LIST);
    await until(() => upstream.requests.length === 1);
    const stays = ask(gateway.url, LIST);
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.leave();
    await new Promise((resolve) => setTimeout(resolve, 50));
    open[0]?.end('[{"id":"a"}]');
    expect((await stays).data).toEqual({ list: { nodes: [{ id: 'a' }] } });
    expect([upstream.requests.length, cut]).toEqual([1, []]);
  });
});

describe('what may pass', () => {
  let sandbox: Sandbox;
  let id: string;
  beforeEach(async () => {
    sandbox = await startSandbox({ settings: { rateLimit: 'off', tasks: 100 } });
    id = sandbox.tasks().find(({ completionStatus }) => completionStatus === null)?.id ?? '';
    gateway = await startGatewayOn(sandbox.url, 'v1', Date.now);
    stops.push(
      () => sandbox.stop(),
      () => gateway.stop(),
    );
  });

  const calls = (): string[] => sandbox.calls.map(({ method, status }) => `${method} ${status}`);
  const update = (): Promise<Reply> =>
    ask(
      gateway.url,
      `mutation { list: updateTaskStatus(input: { id: "${id}", patch: [{ op: REPLACE, path: "/completionStatus", value: "ERROR" }] }) { taskStatus { id } } }`,
    );

  test.each([429, 502, 503, 504])(
    'a %i of a read is asked again, three times in all',
    async (errorStatus) => {
      sandbox.configure({ errorRate: 1, errorStatus, faultLimit: 2 });
      expect((await ask(gateway.url, LIST)).data.list.nodes).toHaveLength(3);
      expect(calls()).toEqual([`GET ${errorStatus}`, `GET ${errorStatus}`, 'GET 200']);
    },
  );

  test('a dropped connection of a read is asked again', async () => {
    sandbox.configure({ dropRate: 1, faultLimit: 2 });
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    expect(calls()).toHaveLength(3);
  });

  test('a 500 of a read is asked again, once', async () => {
    sandbox.configure({ errorRate: 1, errorStatus: 500, faultLimit: 1 });
    expect((await ask(gateway.url, LIST)).data.list.nodes).toHaveLength(3);
    sandbox.configure({ errorRate: 1, errorStatus: 500, faultLimit: 0 });
    expect(codes(await ask(gateway.url, LIST))).toEqual({ list: 'UPSTREAM_UNAVAILABLE' });
    expect(calls()).toEqual(['GET 500', 'GET 200', 'GET 500', 'GET 500']);
  });

  test.each([
    [501, 'UPSTREAM_UNAVAILABLE'],
    [400, 'BAD_USER_INPUT'],
    [401, 'UNAUTHENTICATED'],
  ])('a %i is not', async (errorStatus, code) => {
    sandbox.configure({ errorRate: 1, errorStatus });
    expect(codes(await ask(gateway.url, LIST))).toEqual({ list: code });
    expect(calls()).toEqual([`GET ${errorStatus}`]);
  });

  test.each([
    ['a 503', { errorRate: 1, errorStatus: 503 }, 'UPSTREAM_UNAVAILABLE'],
    ['a 429', { burst: '9/9', burstRetryAfter: 0 }, 'RATE_LIMITED'],
    ['an HTML 502', { htmlRate: 1 }, 'UPSTREAM_UNAVAILABLE'],
    ['a dropped connection', { dropRate: 1 }, 'UPSTREAM_UNAVAILABLE'],
  ])('an update is never sent again, not after %s', async (_, faults, code) => {
    sandbox.configure({ ...faults, faultLimit: 1 });
    expect(codes(await update())).toEqual({ list: code });
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['PATCH']);
  });

  test('an update whose answer broke off was applied once, and says so', async () => {
    sandbox.configure({ truncateRate: 1, faultLimit: 1 });
    const { data, errors } = await update();
    expect([data, errors]).toEqual([{ list: { taskStatus: null } }, []]);
    expect(calls()).toEqual(['PATCH 200']);
  });

  test.each([
    ['in seconds', '3600'],
    ['as a date', new Date(Date.now() + 3_600_000).toUTCString()],
  ])('Retry-After %s beyond the deadline is told at once, and not waited for', async (_, after) => {
    const upstream = await startScriptedUpstream();
    stops.push(() => upstream.stop());
    await gateway.stop();
    gateway = await startGatewayOn(upstream.url, 'v1', Date.now);
    upstream.answer = (_request, response) => response.writeHead(429, { 'retry-after': after }).end('{}');
    const reply = await ask(gateway.url, LIST);
    expect(codes(reply)).toEqual({ list: 'RATE_LIMITED' });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(upstream.requests).toHaveLength(1);
  });

  test('an outage is not made worse: few calls are sent again, and soon none at all', async () => {
    sandbox.configure({ errorRate: 1, errorStatus: 503 });
    const asked = 200;
    for (let index = 0; index < asked; index++)
      expect(codes(await ask(gateway.url, LIST))).toEqual({ list: 'UPSTREAM_UNAVAILABLE' });
    expect(sandbox.calls.length).toBeLessThan(50);
  });
});

describe('an upstream that is down', () => {
  let sandbox: Sandbox;
  const changes: unknown[] = [];
  beforeEach(async () => {
    changes.length = 0;
    sandbox = await startSandbox({ settings: { rateLimit: 'off', tasks: 50 } });
    const warn = (details: object): void => {
      if ('circuit' in details) changes.push(details);
    };
    gateway = await startGatewayOn(sandbox.url, 'v1', Date.now, {}, { ...silentLog, warn });
    stops.push(
      () => sandbox.stop(),
      () => gateway.stop(),
    );
  });
  const ready = async (): Promise<unknown> => {
    const response = await fetch(`${gateway.url}/health/ready`);
    return [response.status, await response.json()];
  };

  test('is left alone, is seen at /health/ready and in the log, and is back soon after', async () => {
    expect(await ready()).toEqual([200, { status: 'ready', upstream: 'closed' }]);
    const { url } = sandbox;
    await sandbox.stop();
    for (let index = 0; index < 20; index++) await ask(gateway.url, LIST);
    expect(await ready()).toEqual([200, { status: 'ready', upstream: 'open' }]);
    sandbox = await startSandbox({
      port: Number(new URL(url).port),
      settings: { rateLimit: 'off', tasks: 50 },
    });
    stops.push(() => sandbox.stop());

    const realNow = Date.now;
    const down = await ask(gateway.url, LIST);
    expect(codes(down)).toEqual({ list: 'UPSTREAM_UNAVAILABLE' });
    expect(sandbox.calls).toEqual([]);
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 500);
    expect((await ask(gateway.url, LIST)).errors).toEqual([]);
    expect(await ready()).toEqual([200, { status: 'ready', upstream: 'closed' }]);
    expect(changes).toEqual([{ circuit: 'open' }, { circuit: 'half-open' }, { circuit: 'closed' }]);
  });
});

test('no more than UPSTREAM_CONCURRENCY calls are in flight at a time, and all are answered', async () => {
  const upstream = await startScriptedUpstream();
  let held: ServerResponse[] = [];
  let most = 0;
  upstream.answer = (_request, response) => {
    held.push(response);
    most = Math.max(most, held.length);
    const isLast = upstream.requests.length === 20;
    // A fourth concurrent call would arrive before the answers.
    if (held.length === 3 || isLast)
      setTimeout(() => {
        for (const each of held) each.end('[]');
        held = [];
      }, 10);
  };
  gateway = await startGatewayOn(upstream.url, 'v1', Date.now, { UPSTREAM_CONCURRENCY: '3' });
  stops.push(
    () => upstream.stop(),
    () => gateway.stop(),
  );
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(gateway.url, `{ taskStatuses(limit: ${index + 1}) { nodes { id } } }`),
    ),
  );
  expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
  expect([upstream.requests.length, most]).toEqual([20, 3]);
});

describe('an answer that is no good', () => {
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startGatewayOn(upstream.url, 'v1', Date.now);
    stops.push(
      () => upstream.stop(),
      () => gateway.stop(),
    );
  });

  const flood = (response: ServerResponse, text: string): void => {
    response.writeHead(200).write(text);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
    };
    response.on('drain', more);
    more();
  };

  test.each<[string, (response: ServerResponse) => unknown]>([
    ['cut in half', (response) => response.end('[{"id":"a"')],
    [
      'cut short of its length',
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('[');
        response.socket?.destroySoon();
      },
    ],
    ['HTML', (response) => response.end('<html></html>')],
    ['an object in place of a list', (response) => response.end('{"id":"a"}')],
    ['a list nested without an end', (response) => response.end('['.repeat(100_000))],
    ['ten megabytes long', (response) => response.end(`["${'x'.repeat(10 * 1024 * 1024)}"]`)],
    [
      'endless',
      (response) => {
        flood(response, '[');
      },
    ],
    ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'a redirect elsewhere',
      (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    ],
  ])('since it is %s is UPSTREAM_BAD_RESPONSE, and the rest is served', async (_, answer) => {
    upstream.answer = ({ url }, response) => {
      if (url?.includes('limit')) answer(response);
      else response.end('{"id":"x"}');
    };
    const reply = await ask(gateway.url, BESIDE);
    expect(reply.data).toEqual({ list: null, one: { id: 'x' }, ok: 'Query' });
    expect(codes(reply)).toEqual({ list: 'UPSTREAM_BAD_RESPONSE' });
    expect(upstream.requests).toHaveLength(2);
  });
});

/** Sends a query as a client that can leave before the answer. */
function visit(url: string, query: string): { leave: () => void } {
  const client = request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  client.on('error', () => undefined).end(JSON.stringify({ query }));
  return { leave: () => client.destroy() };
}
