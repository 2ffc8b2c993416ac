import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Gateway, type Sandbox } from '../../src/index.js';
import type { Log } from '../../src/telemetry/logger.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import {
  MULTIPART,
  openStream,
  SSE,
  within,
  type EventStream,
  type LiveEvent,
} from '../support/event-stream.js';
import { startGatewayOn } from '../support/pair.js';
import { silentLog } from '../support/silent-log.js';
import { startGatewayProcess } from './fronts.js';
import { startHaproxy, startNginx, stopAll, until, type Server } from './servers.js';

/** The gateway's time passes so many times as fast. The timeouts of the servers in front of it are as much shorter. */
const SPEED = 50;
const FIVE_MINUTES_MS = 300_000 / SPEED;

const BODY = { query: 'subscription { taskStatusChanged { changed { id percentComplete } gone stale } }' };
const protocols = [
  ['SSE', SSE],
  ['multipart', MULTIPART],
] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => void afterRealTime(ms, resolve));
const told = (event: LiveEvent | undefined): unknown => event?.data?.taskStatusChanged;
const progressOf = (percentComplete: number): object => ({
  changed: [{ id: 'a', percentComplete }],
  gone: [],
  stale: false,
});

/** nginx buffers and compresses all that it may. What `more` says comes last. */
function startBufferingFront(origin: string, more = ''): Promise<Server> {
  return startNginx(
    (port) => `
      server {
        listen 127.0.0.1:${port};
        gzip_types application/json text/event-stream multipart/mixed;
        location / {
          proxy_read_timeout 1s;
          proxy_send_timeout 1s;
          send_timeout 1s;
          add_header x-coding-of-gateway "none $upstream_http_content_encoding";
          ${more}
          proxy_pass ${origin};
        }
      }`,
  );
}

/** What nginx does unless it is told otherwise. The other front has connections of HTTP/1.1 to the gateway. */
const DEFAULTS = `proxy_http_version 1.0; proxy_set_header Connection close; proxy_set_header Host $proxy_host;`;

let sandbox: Sandbox;
let gateway: Gateway;
let fronts: Record<string, Server>;
/** A principal of each test's own: the gateway remembers for a while what others saw. */
let authorization: string;
let streams: EventStream[];
let opened = 0;
/** Requests that the gateway has logged, which it does when they end. */
const logged: Record<string, unknown>[] = [];

const urlOf = (name: string): string => `http://127.0.0.1:${fronts[name]?.port ?? 0}`;
async function open(name: string, accept: string): Promise<EventStream> {
  const stream = await openStream(urlOf(name), BODY, {
    accept,
    headers: { authorization, 'x-request-id': `stream-${++opened}` },
  });
  streams.push(stream);
  return stream;
}

beforeAll(async () => {
  sandbox = await startSandbox({ settings: { rateLimit: 'off', tasks: 0 } });
  const began = Date.now();
  const log: Log = {
    ...silentLog,
    info: (...[fields]: unknown[]) => void logged.push(fields as Record<string, unknown>),
    isLevelEnabled: () => true,
  };
  gateway = await startGatewayOn(
    sandbox.url,
    'v1',
    () => began + (Date.now() - began) * SPEED,
    { OPERATION_DEADLINE: '100s' },
    log,
    { after: (ms, callback) => afterRealTime(ms / SPEED, callback) },
  );
  fronts = {
    nginx: await startBufferingFront(gateway.url),
    'nginx with its defaults': await startBufferingFront(gateway.url, DEFAULTS),
    HAProxy: await startHaproxy(gateway.url),
  };
});
afterAll(async () => {
  await stopAll();
  await gateway.stop();
  await sandbox.stop();
});
beforeEach(() => {
  sandbox.reset();
  streams = [];
  authorization = `Bearer ${sandbox.token({ expiresInSeconds: 86_400 })}`;
});

afterEach(() => {
  for (const stream of streams) stream.close();
});

describe.each(['nginx', 'nginx with its defaults', 'HAProxy'])('through %s', (front) => {
  test.each(protocols)('each event of a stream arrives before there is another: %s', async (_, accept) => {
    sandbox.insert({ id: 'a' });
    const stream = await open(front, accept);
    expect([stream.status, told(await stream.next())]).toEqual([200, progressOf(0)]);
    for (const percentComplete of [10, 20, 30]) {
      sandbox.progress('a', { percentComplete });
      expect(told(await stream.next())).toEqual(progressOf(percentComplete));
    }
  });
});

describe('a stream', () => {
  test('of which nothing is heard but keep-alives lives for five minutes, and then tells a change', async () => {
    sandbox.insert({ id: 'a', launched: null });
    const opening = Object.keys(fronts).flatMap((name) => protocols.map(([, accept]) => open(name, accept)));
    await Promise.all(opening);
    for (const stream of streams) await stream.next();
    await pause(FIVE_MINUTES_MS);
    expect(streams.map(({ waiting }) => waiting)).toEqual(streams.map(() => 0));
    sandbox.progress('a', { percentComplete: 50 });
    for (const stream of streams) expect(told(await stream.next())).toEqual(progressOf(50));
  });

  // To nginx, a content type with a boundary is none of its gzip_types.
  test.each([
    ['SSE', SSE, 'gzip'],
    ['multipart', MULTIPART, null],
  ])(
    'that nginx may compress is not compressed by the gateway, nor held back: %s',
    async (_, accept, coding) => {
      sandbox.insert({ id: 'a' });
      const answer = await fetch(`${urlOf('nginx')}/graphql`, {
        method: 'POST',
        headers: { accept, authorization, 'accept-encoding': 'gzip', 'content-type': 'application/json' },
        body: JSON.stringify(BODY),
      });
      const header = (name: string): string | undefined => answer.headers.get(name)?.trim();
      expect([header('content-encoding') ?? null, header('x-coding-of-gateway')]).toEqual([coding, 'none']);
      if (answer.body === null) throw new Error('no body');
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (const percentComplete of [0, 10, 20, 30]) {
        if (percentComplete > 0) sandbox.progress('a', { percentComplete });
        const expected = JSON.stringify(progressOf(percentComplete));
        while (!text.includes(expected)) {
          const { value } = await within(reader.read(), expected);
          if (value === undefined) throw new Error(`the stream ended before ${expected}`);
          text += value;
        }
      }
      await reader.cancel();
    },
  );

  test.each(protocols)('whose client leaves nginx ends, and is polled for no more: %s', async (_, accept) => {
    sandbox.insert({ id: 'a' });
    const stream = await open('nginx', accept);
    await stream.next();
    stream.close();
    const ended = (): object | undefined => logged.find(({ request }) => request === `stream-${opened}`);
    await until(() => ended() !== undefined);
    expect(ended()).toMatchObject({ status: 200, events: 1 });
    // Several intervals: of 2 s to the gateway.
    await pause(10_000 / SPEED);
    sandbox.calls.length = 0;
    await pause(20_000 / SPEED);
    expect(sandbox.calls).toEqual([]);
  });

  test.each(protocols)(
    'of a gateway that stops ends by OVERLOADED, through nginx too: %s',
    async (_, accept) => {
      sandbox.insert({ id: 'a' });
      const stopping = await startGatewayProcess({ SAIL_BASE_URL: sandbox.url, SAIL_API_VERSION: 'v1' });
      fronts['stopping'] = await startBufferingFront(stopping.url);
      const stream = await open('stopping', accept);
      await stream.next();
      await stopping.stop();
      expect(await stream.rest()).toMatchObject([
        { errors: [{ extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 } }] },
      ]);
    },
  );
});
