import { type ServerResponse } from 'node:http';
import { type Answer } from './api/answer.js';
import { type Coding, encode } from './content-coding.js';
import { type Fault } from './faults/fault.js';

/** Options for sending an answer. */
interface Delivery {
  readonly coding?: Coding | undefined;
  /** Only faults of sending have an effect: `interim`, `repeat`, `trailer` and `cut`. */
  readonly fault?: Fault | undefined;
}

const common = {
  Server: 'nginx',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  'Access-Control-Expose-Headers': 'Retry-After,Connection,SLPT-Request-ID,Date,X-Zuul-ServiceId',
};

/**
 * Sends an answer with the common headers. A compressed body is sent in chunks, because edges compress while they send
 * and don't know its length in advance.
 */
export function deliver(response: ServerResponse, answer: Answer, { coding, fault }: Delivery = {}): void {
  const plain = Buffer.from(answer.body);
  const body = encode(plain, coding);
  const hasBody = body.length > 0 && response.req.method !== 'HEAD';
  const trailers = hasBody && fault === 'trailer' ? { 'X-Body-Bytes': String(plain.length) } : undefined;
  const isChunked = body !== plain || trailers !== undefined;
  if (fault === 'interim') {
    response.writeProcessing();
    response.writeEarlyHints({ link: '</task-status>; rel=preload; as=fetch' });
  }
  response.writeHead(answer.status, {
    ...common,
    ...(fault === 'repeat' ? repeated(answer.headers) : answer.headers),
    ...(body === plain ? {} : { 'Content-Encoding': coding }),
    ...(trailers && { Trailer: Object.keys(trailers) }),
    ...(isChunked || answer.status === 204 ? {} : { 'Content-Length': body.length }),
  });
  if (fault === 'cut' && hasBody) {
    response.write(body.subarray(0, body.length / 2), () => response.req.socket.destroy());
    return;
  }
  if (trailers) response.addTrailers(trailers);
  response.end(body);
}

/** Repeats each header. The first of two `Retry-After` is 0, which shows which one a client uses. */
function repeated(headers: Answer['headers']): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [name === 'Retry-After' ? '0' : value, value]]),
  );
}
