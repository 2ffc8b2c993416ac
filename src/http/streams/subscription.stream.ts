import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { keyOf, type AcceptedSubscription, type Subscriptions } from '../../fast-path/subscription.js';
import { ClientStream, type After } from './client-stream.js';
import type { StreamProtocol } from './stream-protocol.js';

/** What streams need. */
export interface StreamOptions {
  readonly subscriptions: Subscriptions;
  /** Returns the headers of an answer with these errors. */
  readonly answerHeaders: (errors: readonly GraphQLFormattedError[]) => Readonly<Record<string, string>>;
  readonly after: After;
}

/** Who subscribes, and to what. */
interface Subscriber {
  readonly request: FastifyRequest;
  readonly operation: AcceptedSubscription;
  readonly protocol: StreamProtocol;
  readonly context: object;
}

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

/** Streams the events of subscriptions. */
export class SubscriptionStreams {
  private readonly open = new Set<ClientStream>();
  /** Frames by event and operation: streams whose operations have the same answer to an event share its frame. */
  private readonly frames = new WeakMap<object, Map<string, Promise<Buffer>>>();

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
  async serve(reply: FastifyReply, subscriber: Subscriber): Promise<string | FastifyReply> {
    const { request, operation, protocol, context } = subscriber;
    const { subscriptions, answerHeaders, after } = this.options;
    const opened = await subscriptions.open(operation, context);
    if ('errors' in opened) return refuse(request, reply, opened.errors, answerHeaders(opened.errors));

    const { events } = opened;
    const { raw } = reply;
    reply.hijack();
    request.events = 0;
    request.operationContext = undefined;
    if (raw.destroyed) {
      void events.return?.();
      return reply;
    }
    for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value ?? '');
    raw.writeHead(200, { ...streamHeaders, 'content-type': protocol.contentType });
    raw.flushHeaders();
    const stream = new ClientStream(raw, protocol, after, () => {
      this.open.delete(stream);
      void events.return?.();
    });
    this.open.add(stream);
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
    const key = `${protocol.contentType} ${keyOf(operation)}`;
    const answer = async (event: object): Promise<string> =>
      protocol.next(await subscriptions.answer(event, operation));
    const write = async (frame: string | Buffer): Promise<void> => {
      if (await stream.write(frame)) request.events = (request.events ?? 0) + 1;
    };
    await stream.write(protocol.head);
    try {
      for (let next = await events.next(); next.done !== true; next = await events.next())
        await write(await this.frameOf(next.value, key, answer));
    } catch (error) {
      const shown = subscriptions.toError(error);
      request.errorCodes.push(codeOf(shown));
      await write(protocol.failed(JSON.stringify([shown])));
    }
    stream.end();
  }

  private frameOf(event: object, key: string, make: (event: object) => Promise<string>): Promise<Buffer> {
    let known = this.frames.get(event);
    if (known === undefined) this.frames.set(event, (known = new Map<string, Promise<Buffer>>()));
    let frame = known.get(key);
    if (frame === undefined) known.set(key, (frame = make(event).then((text) => Buffer.from(text))));
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
