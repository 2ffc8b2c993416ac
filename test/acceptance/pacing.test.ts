import { afterEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Gateway, type Sandbox } from '../../src/index.js';
import { ask, startGatewayOn, type Reply } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';
import { settle, VirtualClock } from '../support/virtual-clock.js';

let sandbox: Sandbox;
let gateway: Gateway;
let clock: VirtualClock;

/** Starts a gateway in front of a sandbox with a rate limit. Their clock stands still. */
async function start(version: string, rateLimit = '100/10s', tasks = 50): Promise<void> {
  clock = new VirtualClock();
  const { now, after } = clock;
  sandbox = await startSandbox({ now, settings: { rateLimit: '100/10s', tasks } });
  gateway = await startGatewayOn(sandbox.url, version, now, { SAIL_RATE_LIMIT: rateLimit }, silentLog, {
    after,
  });
}
afterEach(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const list = (index: number, headers = {}): Promise<Reply> =>
  ask(
    gateway.url,
    'query ($offset: Int) { taskStatuses(limit: 1, offset: $offset) { nodes { id } } }',
    { offset: index },
    headers,
  );
const refusals = (): number => sandbox.calls.filter(({ status }) => status === 429).length;

/** Waits until `count` of them are answered, without advancing the clock. */
async function answered(replies: readonly Reply[], count: number): Promise<void> {
  while (replies.length < count) await settle();
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test.each(['beta', 'v1'])(
  'on %s a thousand different tasks, looked up at once by one principal, are all answered, by few calls',
  async (version) => {
    // Uses the real clock, because lookups wait some milliseconds for a batch once half of the limit is used up.
    sandbox = await startSandbox({ settings: { rateLimit: '100/10s', tasks: 1_500 } });
    gateway = await startGatewayOn(sandbox.url, version, Date.now, { SAIL_RATE_LIMIT: '100/10s' });
    const authorization = `Bearer ${sandbox.token()}`;
    const tasks = sandbox.tasks().filter(({ completionStatus }) => completionStatus !== null);
    const ids = tasks.slice(0, 1_000).map(({ id }) => id);
    const replies = await Promise.all(
      ids.map((id) =>
        ask(gateway.url, 'query ($id: ID!) { task: taskStatus(id: $id) { id } }', { id }, { authorization }),
      ),
    );
    expect(replies.map(({ data }) => data.task?.id)).toEqual(ids);
    expect(sandbox.calls.length).toBeLessThanOrEqual(100);
    expect(refusals()).toBe(0);
  },
);

test('of a thousand lists at once as many are answered as the limit allows, the others told when to come back', async () => {
  await start('v1');
  const authorization = `Bearer ${sandbox.token()}`;
  const replies: Reply[] = [];
  const all = Array.from({ length: 1_000 }, async (_, index) =>
    replies.push(await list(index, { authorization })),
  );
  const served = (): number => replies.filter(({ errors }) => errors.length === 0).length;

  await answered(replies, 900);
  expect([served(), sandbox.calls.length, refusals()]).toEqual([100, 100, 0]);
  const [refused] = replies.filter(({ errors }) => errors.length > 0);
  expect(refused?.errors[0]).toMatchObject({
    path: ['taskStatuses'],
    extensions: { code: 'RATE_LIMITED', upstream: { retryAfterSeconds: 20 } },
  });
  expect(refused?.headers.get('retry-after')).toBe('20');

  await clock.advance(10_000);
  await Promise.all(all);
  expect([served(), sandbox.calls.length, refusals()]).toEqual([200, 200, 0]);
});

describe('where another gateway has used up the limit', () => {
  const exhaust = async (): Promise<void> => {
    for (let index = 0; index < 100; index++) await fetch(`${sandbox.url}/task-status/v1?limit=1`);
    sandbox.calls.length = 0;
  };

  test('one refusal holds up the client’s calls until the limit allows them again', async () => {
    await start('v1');
    await exhaust();
    await clock.advance(3_000);
    const replies: Reply[] = [];
    const all = [1, 2, 3].map(async (index) => replies.push(await list(index)));
    while (refusals() === 0) await settle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([replies.length, sandbox.calls.length]).toEqual([0, 1]);
    await clock.advance(7_000);
    await Promise.all(all);
    expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
    expect([sandbox.calls.length, refusals()]).toEqual([4, 1]);
  });

  test('and this one has no limit of its own, each call waits for itself', async () => {
    await start('v1', 'off');
    await exhaust();
    await clock.advance(3_000);
    const replies: Reply[] = [];
    const all = [1, 2, 3].map(async (index) => replies.push(await list(index)));
    while (refusals() < 3) await settle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.advance(7_000);
    await Promise.all(all);
    expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
    expect([sandbox.calls.length, refusals()]).toEqual([6, 3]);
  });
});
