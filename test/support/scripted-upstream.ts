import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. The body grows as it arrives. */
interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  body: string;
}

/** Answers a request. Called once its body has arrived; the request is recorded when its head has. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** An upstream that answers by a script, which each test sets. */
export interface ScriptedUpstream {
  readonly url: string;
  readonly requests: Received[];
  answer: Script;
  stop(): Promise<void>;
}

/** Starts one on a free port of the loopback interface. Answers 200 and `[]` until a test sets a script. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const received: Received = { method, url, headers, body: '' };
    upstream.requests.push(received);
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (received.body += chunk));
    request.on('end', () => {
      upstream.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: ScriptedUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: (_request, response) => response.end('[]'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return upstream;
}

/** A script that answers with this status, these headers and this body. */
export function answer(status: number, headers: Record<string, string> = {}, body?: unknown): Script {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
  };
}
