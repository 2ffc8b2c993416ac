import { EventEmitter } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import {
  startSandbox,
  type Environment,
  type Gateway,
  type Sandbox,
  type SandboxOptions,
} from '../../src/index.js';
import type { Log } from '../../src/telemetry/logger.js';
import { startGatewayOn, type Reply } from './pair.js';
import { silentLog } from './silent-log.js';
import { settle, VirtualClock } from './virtual-clock.js';

/** `Accept` of the two protocols. */
export const SSE = 'text/event-stream';
export const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0';

/** How long to wait for anything that has to come over a connection, in real milliseconds. */
const WAIT_MS = 10_000;

/** An execution result. */
export interface LiveEvent {
  readonly data?: any;
  readonly errors?: Reply['errors'];
}

interface StreamRequest {
  /** Default: SSE. Null sends no `Accept`. */
  readonly accept?: string | null;
  /** Default: POST. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an operation, and resolves when the head of the answer has arrived. */
export async function openStream(
  url: string,
  body: object,
  options: StreamRequest = {},
): Promise<EventStream> {
  const { accept = SSE, method = 'POST', headers } = options;
  const search = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const sent = request(`${url}/graphql${method === 'GET' ? `?${String(new URLSearchParams(search))}` : ''}`, {
    method,
    agent: false,
    headers: {
      ...(accept !== null && { accept }),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const opened = new Promise<IncomingMessage>((resolve, reject) =>
    sent.on('response', resolve).on('error', reject),
  );
  sent.end(method === 'POST' ? JSON.stringify(body) : undefined);
  return new EventStream(await within(opened, 'the head of an answer'));
}

/** The answer to an operation, as a client of streams reads it. */
export class EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything that has arrived. */
  text = '';
  private unread = '';
  private readonly events: LiveEvent[] = [];
  private isComplete = false;
  private isClosed = false;
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(private readonly answer: IncomingMessage) {
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      this.text += chunk;
      this.unread += chunk;
      const type = this.headers['content-type'] ?? '';
      if (type.startsWith('text/event-stream')) this.readEvents();
      else if (type.startsWith('multipart/')) this.readParts();
      this.changes.emit('change');
    });
    answer.on('error', () => undefined);
    answer.on('close', () => {
      this.isClosed = true;
      this.changes.emit('change');
    });
  }

  /** Events that have arrived and that `next` has not returned. */
  get waiting(): number {
    return this.events.length;
  }

  /** Returns the next event; undefined after the last one. @throws Error if the stream was cut off. */
  async next(): Promise<LiveEvent | undefined> {
    await this.until(() => this.events.length > 0 || this.isComplete || this.isClosed, 'an event');
    const event = this.events.shift();
    if (event === undefined && !this.isComplete) throw new Error('the stream was cut off');
    return event;
  }

  /** Returns all events until the stream completes. */
  async rest(): Promise<LiveEvent[]> {
    const all: LiveEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) all.push(event);
    return all;
  }

  /** Resolves when this text has arrived so many times. */
  async received(text: string, times = 1): Promise<void> {
    await this.until(() => this.text.split(text).length > times, JSON.stringify(text));
  }

  /** Resolves when the connection is closed. */
  async closed(): Promise<void> {
    await this.until(() => this.isClosed, 'the end of the connection');
  }

  /** Returns the whole answer, which is JSON and no stream. */
  async json(): Promise<LiveEvent> {
    await this.closed();
    return JSON.parse(this.text) as LiveEvent;
  }

  close(): void {
    this.answer.destroy();
  }

  private readEvents(): void {
    const blocks = this.unread.split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name, data] = /^event: (\w+)\ndata:(.*)$/.exec(block) ?? [];
      if (name === 'next') this.events.push(JSON.parse(data ?? '') as LiveEvent);
      else if (name === 'complete') this.isComplete = true;
      else if (block !== ':') throw new Error(`no event: ${block}`);
    }
  }

  private readParts(): void {
    const parts = this.unread.split('\r\n--graphql');
    this.unread = parts.pop() ?? '';
    for (const part of parts.filter((each) => each !== '')) {
      const [head, body = ''] = part.split('\r\n\r\n');
      if (head !== '\r\ncontent-type: application/json') throw new Error(`no part: ${part}`);
      const { payload, ...errors } = JSON.parse(body) as { payload?: LiveEvent | null };
      if (payload !== undefined) this.events.push(payload ?? errors);
    }
    this.isComplete ||= this.unread.startsWith('--');
  }

  private async until(holds: () => boolean, what: string): Promise<void> {
    while (!holds()) await within(new Promise((resolve) => this.changes.once('change', resolve)), what);
  }
}

/** Rejects if a promise takes too long. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${WAIT_MS} ms in vain for ${what}`));
    }, WAIT_MS);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}

const SUBSCRIPTION = `subscription Live($ids: [ID!], $filter: TaskStatusFilterInput) {
  taskStatusChanged(ids: $ids, filter: $filter) {
    changed { id state percentComplete completed completionStatus launcher } gone asOf stale
  }
}`;

interface LiveOptions {
  readonly version?: string;
  readonly settings?: SandboxOptions['settings'];
  readonly environment?: Environment;
  readonly log?: Log;
  /** Default: a sandbox without tasks. */
  readonly upstream?: string;
}

/** A gateway in front of an empty sandbox. Their clock stands still until `pass`. */
export class Live {
  readonly clock = new VirtualClock();
  sandbox!: Sandbox;
  gateway!: Gateway;
  private readonly streams = new Set<EventStream>();

  constructor(private readonly options: LiveOptions = {}) {}

  async start(): Promise<this> {
    const { version = 'v1', settings, environment, log = silentLog, upstream } = this.options;
    const { now, after } = this.clock;
    this.sandbox = await startSandbox({
      now,
      settings: { rateLimit: 'off', tasks: 0, compress: 'off', ...settings },
    });
    const origin = upstream ?? this.sandbox.url;
    this.gateway = await startGatewayOn(origin, version, now, environment, log, { after });
    return this;
  }

  async stop(): Promise<void> {
    this.leave();
    await this.gateway.stop();
    await this.sandbox.stop();
  }

  /** Opens a stream of `taskStatusChanged`, or of the text in `body`. */
  async open(variables: object = {}, options: StreamRequest = {}, body: object = {}): Promise<EventStream> {
    const stream = await openStream(this.gateway.url, { query: SUBSCRIPTION, variables, ...body }, options);
    this.streams.add(stream);
    return stream;
  }

  /** Closes all streams. */
  leave(): void {
    for (const stream of this.streams) stream.close();
    this.streams.clear();
  }

  /** Advances the clock in small steps. Waits for the effects of each. */
  async pass(ms: number): Promise<void> {
    await this.quiet();
    for (let left = ms; left > 0; left -= 500) {
      await this.clock.advance(Math.min(500, left));
      await this.quiet();
    }
  }

  /** Waits until no call, timer or event has come for some turns of the event loop. */
  async quiet(): Promise<void> {
    for (let turns = 0, before = ''; turns < 15; turns++) {
      await settle();
      const { calls } = this.sandbox;
      const answered = calls.filter(({ status }) => status > 0).length;
      const read = [...this.streams].reduce((sum, { text }) => sum + text.length, 0);
      const now = [calls.length, answered, this.clock.timers, read].join();
      if (now !== before) turns = 0;
      before = now;
    }
  }

  /** Returns the calls since the last time, as operation and what it was asked for. */
  calls(): string[] {
    return this.sandbox.calls
      .splice(0)
      .map(({ operation, query }) => [operation, query['filters'] ?? query['sorters']].join(' ').trim());
  }
}

/** Runs something on a gateway of its own, which is stopped afterwards. */
export async function withLive(options: LiveOptions, run: (live: Live) => Promise<void>): Promise<void> {
  const live = await new Live(options).start();
  try {
    await run(live);
  } finally {
    await live.stop();
  }
}
