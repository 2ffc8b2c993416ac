import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers of every answer: no guessing of its type, no frame around it, no `Referer` to other sites. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;

/** Creates an answer in GraphQL's form for a request that is refused before its operation is read. */
export function refusal(code: string, message: string, limit?: string, others: object = {}): object {
  return { errors: [{ message, extensions: { code, ...(limit !== undefined && { limit }), ...others } }] };
}

/**
 * How long a connection stays open for the client to read a refusal. Without a limit, the client could keep it open
 * forever.
 */
const LINGER_MS = 1000;

/**
 * Refuses what isn't an HTTP request, or didn't arrive in time, and closes its connection. There is no response object,
 * so it writes to the socket.
 */
export function refuseOnSocket(
  error: Error & { code?: string },
  socket: Duplex,
  always: Readonly<Record<string, string>> = securityHeaders,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = reasons[error.code ?? ''] ?? [400, 'This is no HTTP request.'];
  const body = JSON.stringify(refusal('BAD_REQUEST', message));
  const headers = {
    ...always,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

const reasons: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  ERR_HTTP_CONNECT: [405, 'This gateway is no proxy.'],
  HPE_HEADER_OVERFLOW: [431, 'The request’s headers are too long.'],
};
