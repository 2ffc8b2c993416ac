import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { AcceptedSubscription, Subscriptions } from '../../fast-path/subscription.js';
import { nameOf } from '../request-log.js';
import { ClientStream } from './client-stream.js';
import type { StreamProtocol } from './stream-protocol.js';

/** What streams need. */
export interface StreamOptions {
  readonly subscriptions: Subscriptions;
  /** Returns the headers of an answer with these errors. */
  readonly answerHeaders: (errors: readonly GraphQLFormattedError[]) => Readonly<Record<string, string>>;
  /** Calls `callback` once after `ms`. Returns a function that cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Who subscribes, and to what. Kept as long as the stream, so it holds no context of the operation. */
interface Subscriber {
  readonly request: FastifyRequest;
  readonly operation: AcceptedSubscription;
  readonly protocol: StreamProtocol;
}

/** How often streams look whether a keep-alive is due, or their client has stopped reading. */
const TICK_MS = 1_000;

/** How long a stream may take to end when the server closes. */
const CLOSE_MS = 900;

const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  INTERNAL_SERVER_ERROR: 500,
};

const streamHeaders = {
  'cache-control': 'no-store, no-transform',
  // nginx would hold the events back.
  'x-accel-buffering': 'no',
};

/** An event as it is sent, and the codes of its errors. */
interface Frame {
  readonly bytes: Buffer;
  readonly codes: readonly string[];
}

/** Streams the events of subscriptions. */
export class SubscriptionStreams {
  private readonly open = new Set<ClientStream>();
  private cancelTick = (): void => undefined;
  /** Frames by event and operation: streams whose operations have the same answer to an event share its frame. */
  private readonly frames = new WeakMap<object, Map<string, Promise<Frame>>>();

  constructor(
    app: FastifyInstance,
    private readonly options: StreamOptions,
  ) {
    app.addHook('preClose', (done) => {
      // Streams that have ended by then are not among them.
      options.after(CLOSE_MS, () => {
        for (const stream of this.open) stream.destroy();
      });
      done();
    });
  }

  /** Answers a subscription by a stream of its events. If it is refused, returns that answer, in JSON. */
  async serve(reply: FastifyReply, subscriber: Subscriber, context: object): Promise<string | FastifyReply> {
    const { request, operation, protocol } = subscriber;
    const { subscriptions, answerHeaders } = this.options;
    const opened = await subscriptions.open(operation, context);
    if ('errors' in opened) return refuse(request, reply, opened.errors, answerHeaders(opened.errors));

    const { events } = opened;
    const { raw } = reply;
    reply.hijack();
    request.events = 0;
    request.operationContext = undefined;
    // For the log. A body may have a megabyte.
    request.body = { operationName: nameOf(request) };
    if (raw.destroyed) {
      void events.return?.();
      return reply;
    }
    for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value ?? '');
    raw.writeHead(200, { ...streamHeaders, 'content-type': protocol.contentType });
    raw.flushHeaders();
    const stream = new ClientStream(raw, protocol, () => {
      this.open.delete(stream);
      if (this.open.size === 0) this.cancelTick();
      void events.return?.();
    });
    this.open.add(stream);
    if (this.open.size === 1) this.startTicks();
    // The handler ends now: while it waits, its frames would stay in memory.
    void this.pump(events, stream, subscriber);
    return reply;
  }

  /** Writes the events until they end, or the client leaves. Never rejects. */
  private async pump(
    events: AsyncIterator<object, undefined>,
    stream: ClientStream,
    { request, operation, protocol }: Subscriber,
  ): Promise<void> {
    const { subscriptions } = this.options;
    const key = `${protocol.contentType} ${operation.key}`;
    const make = async (event: object): Promise<Frame> => {
      const { result, errors } = await subscriptions.answer(event, operation);
      return { bytes: Buffer.from(protocol.next(result)), codes: errors.map(codeOf) };
    };
    /** Returns whether the client is still there. */
    const write = async (bytes: string | Buffer, codes: readonly string[]): Promise<boolean> => {
      request.errorCodes.push(...codes);
      if (!(await stream.write(bytes))) return false;
      request.events = (request.events ?? 0) + 1;
      return true;
    };
    let isThere = await stream.write(protocol.head);
    try {
      while (isThere) {
        const next = await events.next();
        if (next.done) break;
        const { bytes, codes } = await this.frameOf(next.value, key, make);
        isThere = await write(bytes, codes);
      }
    } catch (error) {
      const shown = subscriptions.toError(error);
      await write(protocol.failed(JSON.stringify([shown])), [codeOf(shown)]);
    }
    stream.end();
  }

  /** One timer for all streams: timers of their own cost more than their events do. */
  private startTicks(): void {
    this.cancelTick = this.options.after(TICK_MS, () => {
      this.startTicks();
      for (const stream of this.open) stream.tick();
    });
  }

  private frameOf(event: object, key: string, make: (event: object) => Promise<Frame>): Promise<Frame> {
    let known = this.frames.get(event);
    if (known === undefined) this.frames.set(event, (known = new Map<string, Promise<Frame>>()));
    let frame = known.get(key);
    if (frame === undefined) known.set(key, (frame = make(event)));
    return frame;
  }
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  errors: readonly GraphQLFormattedError[],
  headers: Readonly<Record<string, string>>,
): string {
  const codes = errors.map(codeOf);
  request.errorCodes.push(...codes);
  void reply.code(statuses[codes[0] ?? ''] ?? 400).headers(headers);
  return JSON.stringify({ errors });
}

function codeOf({ extensions }: GraphQLFormattedError): string {
  return String(extensions?.['code']);
}
