import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { NetworkError } from 'graphql-sse';
import { Live } from '../support/event-stream.js';
import { startGatewayOn } from '../support/pair.js';
import { settle } from '../support/virtual-clock.js';
import { accessToken } from './access-token.js';
import { createSseClient } from './snippets/graphql-sse.js';
import { waitForTasks } from './snippets/wait-for-tasks.js';
import { PROGRESS, testSubscriptionsOf } from './watched-task.js';

testSubscriptionsOf('graphql-sse', (url, token, variables, sink) =>
  createSseClient(url, token).subscribe(
    { query: PROGRESS, variables: { ...variables } },
    {
      next({ data, errors = [] }) {
        if (data) sink.next(data);
        for (const { extensions } of errors) sink.error(extensions);
      },
      error(error) {
        const { response } = error as NetworkError<Response>;
        void response?.json().then(({ errors }: any) => {
          sink.error(errors[0].extensions);
        });
      },
      complete: () => {
        sink.complete();
      },
    },
  ),
);

describe('waiting for tasks with graphql-sse', () => {
  const live = new Live({ version: 'v2025' });
  let token: string;
  beforeAll(async () => {
    await live.start();
    token = await accessToken(live);
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(() => live.stop());

  test('ends when all have ended or are gone', async () => {
    const ids = ['first', 'second', 'unknown'];
    for (const id of ['first', 'second']) live.sandbox.insert({ id });
    const shown: { changed: { id: string; state: string }[]; gone: string[] }[] = [];
    const waiting = waitForTasks(createSseClient(`${live.gateway.url}/graphql`, token), ids, (change) =>
      shown.push(change),
    );
    while (shown.length === 0) await settle();
    live.sandbox.complete('second');
    await live.pass(2000);
    live.sandbox.complete('first', 'ERROR');
    await live.pass(2000);
    await waiting;
    expect(shown[0]?.gone).toEqual(['unknown']);
    const ended = shown.slice(1).flatMap(({ changed }) => changed.map(({ id, state }) => [id, state]));
    expect(ended).toEqual([
      ['second', 'SUCCEEDED'],
      ['first', 'FAILED'],
    ]);
  });

  test('goes on with another gateway if the one that it has stops', async () => {
    // Only its own pause is to pass faster.
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance', 'hrtime'],
    });
    live.sandbox.insert({ id: 'longer' });
    const { now, after } = live.clock;
    const start = (port = '0'): ReturnType<typeof startGatewayOn> =>
      startGatewayOn(live.sandbox.url, 'v2025', now, { PORT: port }, undefined, { after });
    const first = await start();
    const states: string[] = [];
    let isOver = false as boolean;
    const waiting = waitForTasks(createSseClient(`${first.url}/graphql`, token), ['longer'], ({ changed }) =>
      states.push(...changed.map(({ state }) => state)),
    ).finally(() => (isOver = true));
    while (states.length === 0) await settle();
    await first.stop();
    live.sandbox.complete('longer');
    const second = await start(new URL(first.url).port);
    while (!isOver) {
      await settle();
      jest.advanceTimersByTime(1000);
    }
    await waiting;
    await second.stop();
    expect(states).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('fails with the reason if it is refused', async () => {
    const { gateway } = live;
    const waiting = waitForTasks(createSseClient(`${gateway.url}/graphql`, token), ['.'], () => undefined);
    const error = (await waiting.catch((reason: unknown) => reason)) as NetworkError<Response>;
    expect(await error.response?.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'ids[0]' } }],
    });
  });
});
