import { MIMEType } from 'node:util';

/** How the events of an operation are written to an HTTP response. */
export interface StreamProtocol {
  readonly contentType: string;
  /** Comes first. */
  readonly head: string;
  /** `result` is the JSON of an execution result. */
  next(result: string): string;
  /** `errors` is the JSON of the errors that end the stream. */
  failed(errors: string): string;
  readonly keepAlive: string;
  readonly end: string;
}

/** GraphQL over SSE, distinct connections mode. */
const sse: StreamProtocol = {
  contentType: 'text/event-stream; charset=utf-8',
  // Lets a client know at once that the stream is open.
  head: ':\n\n',
  next: (result) => `event: next\ndata: ${result}\n\n`,
  failed: (errors) => `event: next\ndata: {"errors":${errors}}\n\n`,
  keepAlive: ':\n\n',
  // A browser's EventSource ignores an event without data.
  end: 'event: complete\ndata:\n\n',
};

const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;

/** Apollo's multipart protocol. A part ends with the next boundary, so that clients can read it at once. */
const multipart: StreamProtocol = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  head: '\r\n--graphql',
  next: (result) => part(`{"payload":${result}}`),
  failed: (errors) => part(`{"payload":null,"errors":${errors}}`),
  keepAlive: part('{}'),
  end: '--\r\n',
};

/**
 * Returns the protocol that an `Accept` header prefers. Undefined if it names none: a stream is never sent to a client that
 * accepts just anything.
 */
export function streamProtocolFor(accept: string | undefined): StreamProtocol | undefined {
  if (accept === undefined || !/event-stream|multipart/i.test(accept)) return undefined;
  const [best] = accept
    .split(',')
    .flatMap(toRange)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return best?.protocol;
}

function toRange(text: string): { protocol: StreamProtocol; weight: number }[] {
  let type: MIMEType;
  try {
    type = new MIMEType(text.trim());
  } catch {
    return [];
  }
  const protocol =
    type.essence === 'text/event-stream'
      ? sse
      : type.essence === 'multipart/mixed' && type.params.get('subscriptionspec') === '1.0'
        ? multipart
        : undefined;
  const weight = Number(type.params.get('q') ?? 1);
  return protocol ? [{ protocol, weight }] : [];
}
